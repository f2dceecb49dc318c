import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(1))) struct `A monitor` {
  @Test func `a thread that waits on a monitor wakes when the state changes`() async {
    let monitor = Monitor<[Int]>([])
    let promise = Promise<Int>()
    SystemThread.start(named: "monitor test") {
      promise.resolve(monitor.wait { $0.isEmpty ? nil : $0.removeFirst() })
    }
    monitor.update { $0.append(7) }
    #expect(await promise.value(orIfCancelled: 0) == 7)
    #expect(monitor.read { $0 } == [])
  }

  @Test func `a wait on a monitor whose condition never holds ends at its timeout`() async {
    let monitor = Monitor(0)
    let promise = Promise<Bool>()
    SystemThread.start(named: "monitor test") { promise.resolve(monitor.wait(seconds: 0) { $0 == 1 }) }
    #expect(await promise.value(orIfCancelled: true) == false)
  }
}

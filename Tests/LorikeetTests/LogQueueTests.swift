import Glibc
import Testing

@testable import lorikeet

@Suite struct `The log queue` {
  private struct Pipe {
    let output, input: Int32

    /// Linux's `F_SETPIPE_SZ`, which Glibc's module leaves out.
    private static let setPipeSize: Int32 = 1031

    init() throws {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      (output, input) = (ends[0], ends[1])
      #expect(fcntl(input, Self.setPipeSize, 4096) == 4096)
    }

    /// Reads up to and including a line; everything if there is no such line.
    func read(until last: String) -> [Substring] {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while !String(decoding: bytes, as: UTF8.self).hasSuffix(last + "\n") {
        let count = Glibc.read(output, &buffer, buffer.count)
        if count <= 0 { break }
        bytes += buffer[..<count]
      }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
  }

  private func queue(_ descriptor: Int32, capacity: Int = 1 << 20) -> LogQueue {
    LogQueue(descriptor: descriptor, capacity: capacity) { "\($0) dropped\n" }
  }

  private func line(_ number: Int) -> String { "line \(number) " + String(repeating: ".", count: 90) + "\n" }

  @Test func `a log that is not being read blocks no writer, and is complete and in order when read again`()
    throws
  {
    let pipe = try Pipe()
    let queue = queue(pipe.input)
    for number in 0..<1_000 { queue.add(line(number)) }
    queue.add("last\n")
    let lines = pipe.read(until: "last")
    #expect(lines.map { $0 + "\n" } == (0..<1_000).map(line).map { Substring($0) } + ["last\n"])
    queue.finish(within: 5)
  }

  @Test func `the log says in place how many lines were dropped`() throws {
    let pipe = try Pipe()
    let queue = queue(pipe.input, capacity: 10_000)
    for number in 0..<1_000 { queue.add(line(number)) }
    let before = pipe.read(until: "dropped")
    let count = try #require(before.last.flatMap { Int($0.split(separator: " ")[0]) })
    #expect(before.dropLast().enumerated().allSatisfy { line($0.offset) == $0.element + "\n" })
    #expect(before.count - 1 + count == 1_000 && count > 800)
    queue.add("after\n")
    #expect(pipe.read(until: "after") == ["after"])
  }

  @Test func `a log that is not being read delays the end of the process only for the given time`() throws {
    let pipe = try Pipe()
    let queue = queue(pipe.input)
    for number in 0..<100 { queue.add(line(number)) }
    let clock = ContinuousClock()
    #expect(clock.measure { queue.finish(within: 1) } < .seconds(5))
  }

  @Test func `a log that is being read is complete when the process ends`() throws {
    let pipe = try Pipe()
    let queue = queue(pipe.input)
    queue.add("one\n")
    queue.add("two\n")
    queue.finish(within: 5)
    close(pipe.input)
    #expect(pipe.read(until: "") == ["one", "two"])
  }

  @Test(arguments: ["/dev/full", "closed"])
  func `log lines lost to a full disk or broken pipe are counted once it can be written again`(place: String)
    throws
  {
    let (broken, good) = (try Pipe(), try Pipe())
    if place == "closed" {
      close(broken.output)
    } else {
      let full = open(place, O_WRONLY)
      #expect(dup2(full, broken.input) == broken.input)
    }
    let queue = queue(broken.input)
    for _ in 0..<7 { queue.add("lost\n") }
    queue.finish(within: 5)
    #expect(dup2(good.input, broken.input) == broken.input)
    queue.add("again\n")
    #expect(good.read(until: "again") == ["7 dropped", "again"])
  }

  @Test func `a log to a non-blocking descriptor is complete`() throws {
    let pipe = try Pipe()
    #expect(fcntl(pipe.input, F_SETFL, O_NONBLOCK) == 0)
    let queue = queue(pipe.input)
    for number in 0..<200 { queue.add(line(number)) }
    queue.add("last\n")
    #expect(
      pipe.read(until: "last").map { $0 + "\n" } == (0..<200).map(line).map { Substring($0) } + ["last\n"])
  }
}

@Suite struct `The log backlog` {
  @Test func `log lines are dropped from the first without room until the earlier ones are written`() {
    var backlog = LogBacklog(capacity: 4)
    for byte in 1...5 as ClosedRange<UInt8> { backlog.add([byte, byte]) }
    #expect(backlog.next() == LogBacklog.Next(line: [1, 1]))
    // There is room, but three lines before this one were dropped.
    backlog.add([6])
    #expect(backlog.next() == LogBacklog.Next(line: [2, 2]))
    #expect(!backlog.isEmpty)
    #expect(backlog.next() == LogBacklog.Next(dropped: 4))
    #expect(backlog.isEmpty)
    backlog.add([7])
    #expect(backlog.next() == LogBacklog.Next(line: [7]))
    #expect(backlog.isEmpty)
  }

  @Test func `log lines keep their order while the backlog is never empty`() {
    var backlog = LogBacklog(capacity: 1 << 20)
    backlog.add([0])
    for number in 1..<5_000 {
      backlog.add([UInt8(truncatingIfNeeded: number)])
      #expect(backlog.next().line == [UInt8(truncatingIfNeeded: number - 1)])
    }
  }
}

internal import Concurrency

/// A queue of lines that a dedicated thread writes to a descriptor, in order: logging never waits, even for a pipe that
/// no one reads. Lines that do not fit into the queue or cannot be written are dropped and counted; the count is
/// written in their place as soon as that is possible.
final class LogQueue: Sendable {
  private struct State: Sendable {
    var backlog: LogBacklog
    var isWriting = false
  }

  private let state: Monitor<State>

  /// Creates a queue and starts its thread.
  ///
  /// - Parameters:
  ///   - capacity: The most bytes that wait.
  ///   - dropped: Returns the line that replaces a number of dropped lines.
  init(descriptor: Int32, capacity: Int = 1 << 20, dropped: @escaping @Sendable (Int) -> String) {
    let state = Monitor(State(backlog: LogBacklog(capacity: capacity)))
    self.state = state
    // The queue lives as long as the process, and so does its thread.
    SystemThread.start(named: "log") {
      var output = LogDescriptor(descriptor, dropped: dropped)
      while true {
        let next = state.wait { state -> LogBacklog.Next? in
          guard !state.backlog.isEmpty else { return nil }
          state.isWriting = true
          return state.backlog.next()
        }
        output.write(next)
        state.update { $0.isWriting = false }
      }
    }
  }

  /// Appends a line, and returns immediately.
  func add(_ line: String) {
    state.update { $0.backlog.add(Array(line.utf8)) }
  }

  /// Waits until all lines are written; for the end of a process.
  ///
  /// - Parameter seconds: The timeout, in seconds.
  func finish(within seconds: Int) {
    state.wait(seconds: seconds) { !$0.isWriting && $0.backlog.isEmpty }
  }
}

/// The output of a ``LogQueue``. Lines that cannot be written are counted, and the count is written later.
private struct LogDescriptor {
  private let descriptor: Int32
  private let dropped: @Sendable (Int) -> String
  private var lost = 0
  private var isInLine = false

  init(_ descriptor: Int32, dropped: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    self.dropped = dropped
  }

  mutating func write(_ next: LogBacklog.Next) {
    lost += next.dropped
    var bytes: [UInt8] = isInLine ? [0x0A] : []
    if lost > 0 { bytes += dropped(lost).utf8 }
    bytes += next.line
    guard let failure = lorikeet.write(bytes, to: descriptor) else {
      (lost, isInLine) = (0, false)
      return
    }
    if !next.line.isEmpty { lost += 1 }
    // A full disk may have accepted a part of a line.
    if failure.written > 0 { isInLine = bytes[failure.written - 1] != 0x0A }
  }
}

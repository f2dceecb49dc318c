/// The log lines that wait to be written. If there are too many, further lines are dropped until all of them are
/// written.
struct LogBacklog {
  /// The next output.
  struct Next: Equatable {
    /// The number of lines that were dropped before this one.
    var dropped = 0
    /// The line; empty if there is only a number of dropped lines.
    var line: [UInt8] = []
  }

  /// The most bytes that wait.
  private let capacity: Int
  private var lines: [[UInt8]] = []
  /// The number of lines that were already taken.
  private var gone = 0
  private var bytes = 0
  private var dropped = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  var isEmpty: Bool { gone == lines.count && dropped == 0 }

  mutating func add(_ line: [UInt8]) {
    if line.isEmpty { return }
    guard dropped == 0, bytes + line.count <= capacity else {
      dropped += 1
      return
    }
    lines.append(line)
    bytes += line.count
  }

  /// Removes and returns the next output.
  mutating func next() -> Next {
    guard gone < lines.count else {
      (lines, gone) = ([], 0)
      defer { dropped = 0 }
      return Next(dropped: dropped)
    }
    let line = lines[gone]
    lines[gone] = []
    gone += 1
    bytes -= line.count
    if gone >= 1024 || gone == lines.count {
      lines.removeFirst(gone)
      gone = 0
    }
    return Next(line: line)
  }
}

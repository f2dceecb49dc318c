/// Lines that wait. When they become too many, what comes is dropped until all of those have gone.
struct LogBacklog {
  struct Next: Equatable {
    /// How many lines were dropped before this one.
    var dropped = 0
    /// Empty if there is only that to say.
    var line: [UInt8] = []
  }

  private let capacity: Int
  private var lines: [[UInt8]] = []
  /// How many of the lines have gone.
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

  /// What is to be written next.
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

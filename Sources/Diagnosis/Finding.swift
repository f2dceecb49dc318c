/// What the machine, or the program on it, was found to be like in one respect.
public struct Finding: Sendable, Equatable {
  public let subject: Subject
  /// What was looked at, a word or two that stay the same: "loader". WyomingInfo and people key on it.
  public let check: String
  public let verdict: Verdict
  /// One line.
  public let text: String
  /// What mends it: a command to paste, or a step.
  public let remedy: String?

  public init(
    _ subject: Subject, _ check: String, _ verdict: Verdict, _ text: String, remedy: String? = nil
  ) {
    self.subject = subject
    self.check = check
    self.verdict = verdict
    self.text = text
    self.remedy = remedy
  }
}

/// How bad it is, from good to bad.
public enum Verdict: String, Sendable, Comparable, CaseIterable {
  case ok
  /// Worth knowing; nothing is to be done.
  case note
  /// It works, but not as well as it could.
  case warning
  /// Something that is there cannot be used.
  case error

  public static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What a finding is about; whoever adds findings of another kind adds a subject.
public struct Subject: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The system, the processor, the memory.
  public static let machine = Subject(rawValue: "machine")
  public static let npu = Subject(rawValue: "npu")
  public static let gpu = Subject(rawValue: "gpu")
}

/// The result of one check of the machine, or of the program on it.
public struct Finding: Sendable, Equatable {
  /// The part of the machine that was checked.
  public let subject: Subject
  /// A stable name of the check, one or two words: "loader". Programs and people use it as a key.
  public let check: String
  /// The severity.
  public let verdict: Verdict
  /// The result in one line.
  public let text: String
  /// The fix: a command to paste, or a step.
  public let remedy: String?

  /// Creates a finding.
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

/// The severity of a finding, from good to bad.
public enum Verdict: String, Sendable, Comparable, CaseIterable {
  /// Works as it should.
  case ok
  /// Worth knowing; no action is needed.
  case note
  /// Works, but not as well as it could.
  case warning
  /// Something that is present cannot be used.
  case error

  /// Returns true if the left verdict is less severe.
  public static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The part of the machine that a finding is about. Other modules extend it with subjects of their own.
public struct Subject: RawRepresentable, Hashable, Sendable {
  /// The name in reports.
  public let rawValue: String

  /// Creates a subject with its name in reports.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The system, the processor, the memory.
  public static let machine = Subject(rawValue: "machine")
  /// Intel's NPU.
  public static let npu = Subject(rawValue: "npu")
  /// Intel's graphics.
  public static let gpu = Subject(rawValue: "gpu")

  /// Returns true if OpenVINO's list contains a device of this kind, such as `NPU` or `GPU.1`.
  func isListed(in devices: [String]) -> Bool {
    devices.contains { $0.prefix { $0 != "." }.lowercased() == rawValue }
  }
}

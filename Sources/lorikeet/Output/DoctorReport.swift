internal import Diagnosis

/// All that the doctor has found.
struct DoctorReport {
  let findings: [Finding]
  let openVINO: OpenVINOCheck
  let tests: [DeviceTest]
  let data: DataDirectoryCheck

  /// The worst; notes are nothing bad.
  var verdict: Verdict {
    let worst = findings.map(\.verdict).max() ?? .ok
    return worst == .note ? .ok : worst
  }

  /// For people: what was found, subject by subject, and below each trouble what mends it.
  var text: String { "lorikeet \(Lorikeet.version)\n\n" + Self.render(findings) }

  static func render(_ findings: [Finding]) -> String {
    let markWidth = Verdict.allCases.map { mark($0).count }.max() ?? 0
    let checkWidth = findings.map(\.check.count).max() ?? 0
    let indentation = String(repeating: " ", count: markWidth + checkWidth + 6)
    var lines: [String] = []
    var subject: Subject?
    for finding in findings {
      if finding.subject != subject { lines += (subject == nil ? [] : [""]) + [title(finding.subject)] }
      subject = finding.subject
      let columns =
        "  \(mark(finding.verdict).padded(to: markWidth))  \(finding.check.padded(to: checkWidth))"
      lines.append("\(columns)  \(finding.text.inOneLine)")
      if let remedy = finding.remedy { lines.append("\(indentation)→ \(remedy)") }
    }
    return (lines + ["", summary(of: findings)]).joined(separator: "\n")
  }

  private static func summary(of findings: [Finding]) -> String {
    func count(_ verdict: Verdict) -> String? {
      let count = findings.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)\(count == 1 ? "" : "s")"
    }
    let troubles = [count(.error), count(.warning)].compactMap(\.self)
    return troubles.isEmpty ? "All is well." : troubles.joined(separator: ", ")
  }

  private static func mark(_ verdict: Verdict) -> String {
    verdict == .note ? "-" : verdict.rawValue
  }

  private static func title(_ subject: Subject) -> String {
    switch subject {
    case .npu, .gpu: subject.rawValue.uppercased()
    case .openVINO: "OpenVINO"
    default: subject.rawValue.prefix(1).uppercased() + subject.rawValue.dropFirst()
    }
  }
}

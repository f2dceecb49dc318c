internal import Diagnosis

/// The doctor's findings as a text report.
struct DoctorReport {
  let findings: [Finding]
  let openVINO: OpenVINOCheck
  let tests: [DeviceTest]
  let data: DataDirectoryCheck
  let style: Style

  /// The worst verdict; a note counts as ok.
  var verdict: Verdict {
    let worst = findings.map(\.verdict).max() ?? .ok
    return worst == .note ? .ok : worst
  }

  /// The findings by subject, each problem followed by its remedy.
  var text: String { "lorikeet \(Lorikeet.version)\n\n" + Self.render(findings, style) }

  static func render(_ findings: [Finding], _ style: Style) -> String {
    let markWidth = Verdict.allCases.map { mark($0).count }.max() ?? 0
    let checkWidth = findings.map(\.check.count).max() ?? 0
    let indentation = String(repeating: " ", count: markWidth + checkWidth + 6)
    var lines: [String] = []
    var subject: Subject?
    for finding in findings {
      if finding.subject != subject { lines += (subject == nil ? [] : [""]) + [title(finding.subject)] }
      subject = finding.subject
      let columns =
        "  \(style.verdict(finding.verdict, width: markWidth))  \(finding.check.padded(to: checkWidth))"
      lines.append("\(columns)  \(finding.text.inOneLine)")
      if let remedy = finding.remedy { lines.append("\(indentation)→ \(remedy)") }
    }
    return (lines + ["", summary(of: findings, style)]).joined(separator: "\n")
  }

  private static func summary(of findings: [Finding], _ style: Style) -> String {
    func count(_ verdict: Verdict) -> String? {
      let count = findings.count { $0.verdict == verdict }
      return count == 0 ? nil : style("\(count) \(verdict.rawValue)\(count == 1 ? "" : "s")", verdict.colour)
    }
    let troubles = [count(.error), count(.warning)].compactMap(\.self)
    return troubles.isEmpty ? style("All is well.", .green) : troubles.joined(separator: ", ")
  }

  fileprivate static func mark(_ verdict: Verdict) -> String {
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

extension Style {
  /// A verdict in a column of `width` characters.
  fileprivate func verdict(_ verdict: Verdict, width: Int) -> String {
    let mark = DoctorReport.mark(verdict)
    return self(mark, verdict.colour) + mark.padded(to: width).dropFirst(mark.count)
  }
}

extension Verdict {
  fileprivate var colour: Style.Colour? {
    switch self {
    case .ok: .green
    case .note: nil
    case .warning: .yellow
    case .error: .red
    }
  }
}

internal import Diagnosis

/// The doctor's findings as a text report.
struct DoctorReport {
  let findings: [Finding]
  let openVINO: OpenVINOCheck
  let tests: [DeviceTest]
  let data: DataDirectoryCheck
  /// The worst verdict; a note counts as ok.
  var verdict: Verdict {
    let worst = findings.map(\.verdict).max() ?? .ok
    return worst == .note ? .ok : worst
  }

}

/// The lines of the doctor's report, made while the findings come in.
struct DoctorLines {
  let style: Style
  /// The width of the column of checks, in characters.
  let checkWidth: Int
  private var findings: [Finding] = []

  /// Creates a report without findings.
  ///
  /// - Parameter checks: The names of all checks, which become one column.
  init(_ style: Style, checks: some Sequence<String>) {
    self.style = style
    checkWidth = checks.map(\.count).max() ?? 0
  }

  /// Adds findings and returns their lines: by subject, each problem followed by its remedy.
  mutating func add(_ new: [Finding]) -> [String] {
    let markWidth = Verdict.allCases.map { Self.mark($0).count }.max() ?? 0
    let indentation = String(repeating: " ", count: markWidth + checkWidth + 6)
    var lines: [String] = []
    for finding in new {
      if finding.subject != findings.last?.subject {
        lines += (findings.isEmpty ? [] : [""]) + [Self.title(finding.subject)]
      }
      findings.append(finding)
      let columns =
        "  \(style.verdict(finding.verdict, width: markWidth))  \(finding.check.padded(to: checkWidth))"
      lines.append("\(columns)  \(finding.text.inOneLine)")
      if let remedy = finding.remedy { lines.append("\(indentation)→ \(remedy)") }
    }
    return lines
  }

  /// The last line: the numbers of errors and warnings.
  var summary: String {
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
    let mark = DoctorLines.mark(verdict)
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

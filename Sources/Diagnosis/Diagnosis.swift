/// Judges a machine by its facts.
public enum Diagnosis {
  /// All there is to say about a machine, in the order of a report.
  ///
  /// - Parameters:
  ///   - openVINOVersion: OpenVINO's build: "2026.4.1-21542-…".
  ///   - openVINODevices: The devices that OpenVINO lists: `["CPU", "NPU"]`.
  public static func findings(
    _ facts: MachineFacts, openVINOVersion: String, openVINODevices: [String]
  ) -> [Finding] {
    SystemDiagnosis(facts: facts).findings
      + NPUDiagnosis(
        facts: facts, openVINO: Version(parsing: openVINOVersion), devices: openVINODevices
      ).findings
      + GPUDiagnosis(facts: facts, devices: openVINODevices).findings
      + [SystemDiagnosis(facts: facts).energy]
  }

  /// Why there is no NPU to work with, and what helps, in one line; to be said when OpenVINO does not list it, or it
  /// fails.
  public static func npuExplanation(
    _ facts: MachineFacts, openVINOVersion: String, openVINODevices: [String]
  ) -> String {
    let findings = NPUDiagnosis(
      facts: facts, openVINO: Version(parsing: openVINOVersion), devices: openVINODevices
    ).findings
    let worst = findings.first { $0.verdict == .error } ?? findings.first { $0.verdict == .warning }
    guard let finding = worst ?? findings.first(where: { $0.verdict == .note }) else {
      return "the NPU, its driver and its libraries look well"
    }
    return finding.remedy.map { "\(finding.text); what helps: \($0)" } ?? finding.text
  }
}

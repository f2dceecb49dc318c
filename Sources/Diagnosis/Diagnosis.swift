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
    MachineDiagnosis(facts: facts).findings
      + NPUDiagnosis(
        facts: facts, openVINO: Version(parsing: openVINOVersion), devices: openVINODevices
      ).findings
      + GPUDiagnosis(facts: facts, devices: openVINODevices).findings
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
    if let worst { return worst.remedy.map { "\(worst.text); what helps: \($0)" } ?? worst.text }
    // The first tells whether there is an NPU.
    guard let device = findings.first, device.verdict == .note else {
      return "the NPU, its driver and its libraries look well"
    }
    return device.text
  }
}

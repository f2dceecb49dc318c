/// Turns a machine's facts into findings.
public enum Diagnosis {
  /// Returns all findings about a machine, in the order of a report.
  ///
  /// - Parameters:
  ///   - facts: The machine's facts.
  ///   - openVINOVersion: OpenVINO's build: "2026.4.1-21542-…".
  ///   - openVINODevices: The devices that OpenVINO lists: `CPU`, `NPU`.
  public static func findings(
    _ facts: MachineFacts, openVINOVersion: String, openVINODevices: [String]
  ) -> [Finding] {
    machineFindings(facts)
      + deviceFindings(facts, openVINOVersion: openVINOVersion, openVINODevices: openVINODevices)
  }

  /// Returns the findings that need no OpenVINO: processor, memory, system.
  public static func machineFindings(_ facts: MachineFacts) -> [Finding] {
    MachineDiagnosis(facts: facts).findings
  }

  /// Returns the findings about NPU and GPU.
  public static func deviceFindings(
    _ facts: MachineFacts, openVINOVersion: String, openVINODevices: [String]
  ) -> [Finding] {
    NPUDiagnosis(
      facts: facts, openVINO: Version(parsing: openVINOVersion), devices: openVINODevices
    ).findings + GPUDiagnosis(facts: facts, devices: openVINODevices).findings
  }

  /// Returns the cause and the remedy of a failure that OpenVINO reported for the NPU, in one line; `nil` if the failure
  /// is not known.
  ///
  /// - Parameter message: OpenVINO's message.
  public static func explanation(
    ofNPUFailure message: String, _ facts: MachineFacts, openVINOVersion: String
  ) -> (cause: String, remedy: String)? {
    NPUFailure.known(message).map { failure in
      let remedies = NPURemedies(facts: facts, openVINO: Version(parsing: openVINOVersion))
      return (failure.cause, failure.remedy(remedies))
    }
  }

  /// The command that loads the NPU's kernel module again, after the NPU has hung.
  public static func reloading(_ facts: MachineFacts) -> String {
    NPURemedies(facts: facts, openVINO: nil).reload
  }

  /// Explains in one line why the NPU cannot be used, and how to fix it. Used when OpenVINO does not list the NPU, or
  /// when the NPU fails.
  public static func npuExplanation(
    _ facts: MachineFacts, openVINOVersion: String, openVINODevices: [String]
  ) -> String {
    let findings = NPUDiagnosis(
      facts: facts, openVINO: Version(parsing: openVINOVersion), devices: openVINODevices
    ).findings
    let worst = findings.first { $0.verdict == .error } ?? findings.first { $0.verdict == .warning }
    if let worst { return worst.remedy.map { "\(worst.text); to fix this: \($0)" } ?? worst.text }
    // The first finding says whether there is an NPU.
    guard let device = findings.first, device.verdict == .note else {
      return "the NPU, its driver and its libraries look fine"
    }
    return device.text
  }
}

internal import ArgumentParser
internal import Devices
internal import Diagnosis

/// `lorikeet doctor`: checks the machine, and reports what works and how to fix the rest.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check this machine, and show how to fix its problems.",
    discussion: """
      Checks processor, memory, NPU and GPU with their drivers, OpenVINO and the data directory, and has each device \
      recognize a recording. The exit status is 0 without errors, otherwise 1; warnings are not errors.
      """.with(.doctor))

  @OptionGroup var store: StoreOptions

  @Flag(help: "Print one JSON object instead of a report.")
  var json = false

  @Option(help: .hidden)
  var root = "/"

  // On the main thread: reading files blocks.
  @MainActor
  func run() async throws {
    await runToTheEnd {
      let report = try await examine()
      if json { try Terminal.print(DoctorJSON(report).line) }
      if report.verdict == .error { throw ExitCode.failure }
    }
  }

  /// Examines the machine, and prints each finding as soon as it is known: a device can take minutes, or hang.
  @MainActor
  private func examine() async throws -> DoctorReport {
    let machine = MachineReader(root: root, libraryFolders: LibraryFolders.all).facts()
    let data = DataDirectoryCheck(
      directory: store.directory, library: store.library, prepared: store.prepared)
    let dataFindings = data.findings
    // The names of the checks do not depend on the devices.
    let expected =
      Diagnosis.findings(machine, openVINOVersion: "", openVINODevices: []) + OpenVINOCheck.none.findings
      + dataFindings
    var lines = DoctorLines(
      Terminal.outputStyle, checks: expected.map(\.check) + DeviceID.Kind.allCases.map(\.rawValue))
    var findings: [Finding] = []
    func found(_ new: [Finding]) throws {
      findings += new
      guard !json, !new.isEmpty else { return }
      try Terminal.print(lines.add(new).joined(separator: "\n"))
    }

    if !json { try Terminal.print("lorikeet \(Lorikeet.version)\n") }
    try found(Diagnosis.machineFindings(machine))
    let openVINO = await OpenVINOCheck.made()
    let devices = openVINO.devices.map(\.name)
    try found(
      Diagnosis.deviceFindings(machine, openVINOVersion: openVINO.version, openVINODevices: devices)
        + openVINO.findings)
    var tests: [DeviceTest] = []
    for device in DeviceTest.devices(devices) {
      if Terminal.isWatched { Terminal.note("lorikeet: testing \(device) …\n") }
      let test = await DeviceTest(device, machine)
      tests.append(test)
      try found([test.finding])
    }
    try found(dataFindings)
    if !json { try Terminal.print("\n" + lines.summary) }
    return DoctorReport(findings: findings, openVINO: openVINO, tests: tests, data: data)
  }
}

extension Subject {
  static let openVINO = Subject(rawValue: "openvino")
  static let selfTest = Subject(rawValue: "self-test")
  static let data = Subject(rawValue: "data")
}

internal import ArgumentParser
internal import Diagnosis

/// `lorikeet doctor`: checks the machine, and reports what works and how to fix the rest.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check this machine, and show how to fix what keeps its devices from working.",
    discussion: """
      Checks processor, memory, NPU and GPU with their drivers, OpenVINO and the data directory, and lets each device \
      recognize a recording. Exit status 0 without errors, otherwise 1; warnings do not count as errors.
      """.with(.doctor))

  @OptionGroup var store: StoreOptions

  @Flag(help: "Write one JSON object instead of a report.")
  var json = false

  @Option(help: .hidden)
  var root = "/"

  // On the main thread: reading files blocks.
  @MainActor
  func run() async throws {
    await runToTheEnd {
      let openVINO = OpenVINOCheck()
      let machine = MachineReader(root: root, libraryFolders: LibraryFolders.all).facts()
      let data = DataDirectoryCheck(
        directory: store.directory, library: store.library, prepared: store.prepared)
      let tests = await DeviceTest.all(devices: openVINO.devices.map(\.name)) { device in
        if Terminal.isWatched { Terminal.note("lorikeet: testing \(device) …\n") }
      }
      let report = DoctorReport(
        findings: Diagnosis.findings(
          machine, openVINOVersion: openVINO.version, openVINODevices: openVINO.devices.map(\.name))
          + openVINO.findings + tests.map(\.finding) + data.findings,
        openVINO: openVINO, tests: tests, data: data, style: Terminal.outputStyle)
      try Terminal.print(json ? DoctorJSON(report).line : report.text)
      if report.verdict == .error { throw ExitCode.failure }
    }
  }
}

extension Subject {
  static let openVINO = Subject(rawValue: "openvino")
  static let selfTest = Subject(rawValue: "self-test")
  static let data = Subject(rawValue: "data")
}

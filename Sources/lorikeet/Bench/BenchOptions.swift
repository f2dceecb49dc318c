internal import ArgumentParser
internal import Recognition
internal import WyomingProtocol

/// What `lorikeet bench` measures, and how often.
struct BenchOptions: ParsableArguments {
  @Option(help: "Runs that are measured of each recording.")
  var runs = 10

  @Option(help: "Runs before them that do not count.")
  var warmUp = 1

  @Option(
    help: ArgumentHelp(
      "Devices to compare, one after the other, for example 'cpu,npu'.", valueName: "device,…"),
    transform: BenchOptions.devices)
  var compare: [Device] = []

  @Option(
    help: ArgumentHelp(
      "Also measure the first recording after so long a pause, \(BenchPlan.coldRuns) times.",
      valueName: "seconds"))
  var idle: Double?

  @Option(
    help: ArgumentHelp(
      "Lengths of the recordings where no file is given (default: 2,5,10,20,60, with --realtime 2,5).",
      valueName: "seconds,…"), transform: BenchOptions.seconds)
  var lengths: [Double] = []

  @Option(help: ArgumentHelp("How long the idle machine's power is measured first.", valueName: "seconds"))
  var idlePower = 5.0

  @Flag(help: "Stream to a server as Home Assistant does, and measure from 'audio-stop' to the transcript.")
  var realtime = false

  @Option(help: ArgumentHelp("With --realtime: silence behind each recording.", valueName: "seconds"))
  var trailingSilence = 1.0

  @Option(
    help: "With --realtime: a running server instead of one of our own.", transform: ListenAddress.argument)
  var uri: ListenAddress?

  @Flag(help: "Print one JSON object instead of tables.")
  var json = false

  @Flag(help: "No progress bar.")
  var quiet = false

  @Option(help: .hidden)
  var root = "/"

  @Argument(
    help: ArgumentHelp("Recordings; - is standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  /// The lengths of the recordings that are made where no file is given.
  var madeLengths: [Double] {
    lengths.isEmpty ? (realtime ? [2, 5] : [2, 5, 10, 20, 60]) : lengths
  }

  func validate() throws {
    try check(runs, "--runs", 1...100_000)
    try check(warmUp, "--warm-up", 0...100_000)
    try check(idle ?? 0, "--idle", 0...86_400)
    try check(idlePower, "--idle-power", 0.1...3600)
    try check(trailingSilence, "--trailing-silence", 0...60)
    if !files.isEmpty, !lengths.isEmpty {
      throw ValidationError("--lengths is for the recordings that are made where no file is given")
    }
    if uri != nil, !realtime { throw ValidationError("--uri goes with --realtime") }
    if uri != nil, !compare.isEmpty {
      throw ValidationError("--compare is for devices of this process, and --uri for a running server")
    }
    if realtime, idle != nil { throw ValidationError("--idle does not go with --realtime") }
  }

  private func check<Number: Comparable>(
    _ number: Number, _ name: String, _ range: ClosedRange<Number>
  ) throws {
    guard range.contains(number) else {
      throw ValidationError("\(name) is \(number), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private static func devices(_ text: String) throws -> [Device] {
    var devices: [Device] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let device = Device(rawValue: String(name)), device != .auto else {
        throw ValidationError("--compare: '\(name)' is no device, expected cpu, gpu or npu")
      }
      guard !devices.contains(device) else { throw ValidationError("--compare: \(name) stands there twice") }
      devices.append(device)
    }
    return devices
  }

  private static func seconds(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let seconds = Double(part), (0.1...300).contains(seconds) else {
        throw ValidationError("--lengths: '\(part)' is no length, expected 0.1 to 300 seconds")
      }
      return seconds
    }
  }
}

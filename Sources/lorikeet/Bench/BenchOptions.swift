internal import Addresses
internal import ArgumentParser
internal import Devices
internal import Recognition
internal import WyomingProtocol

/// The options of `lorikeet bench`.
struct BenchOptions: ParsableArguments {
  @Option(help: "Number of measured runs of each recording.")
  var runs = 10

  @Option(help: "Number of warm-up runs before the measured ones.")
  var warmUp = 1

  @Option(
    help: ArgumentHelp(
      "Devices to compare, one after the other, for example 'cpu,npu'.", valueName: "device,…"),
    transform: BenchOptions.devices)
  var compare: [DeviceChoice] = []

  @Option(
    help: ArgumentHelp(
      "Also measure the first recording \(BenchPlan.coldRuns) times, each after a pause of this many seconds.",
      valueName: "seconds"))
  var idle: Double?

  @Option(
    help: ArgumentHelp(
      "Lengths of the recordings that are made if no file is given, in seconds (default: 2,5,10,20,60; with --realtime 2,5).",
      valueName: "seconds,…"), transform: BenchOptions.seconds)
  var lengths: [Double] = []

  @Option(
    help: ArgumentHelp(
      "Time for which the idle machine's power is measured, in seconds.", valueName: "seconds"))
  var idlePower = 5.0

  @Flag(help: "Stream to a server as Home Assistant does, and measure from 'audio-stop' to the transcript.")
  var realtime = false

  @Option(
    help: ArgumentHelp("With --realtime: silence after each recording, in seconds.", valueName: "seconds"))
  var trailingSilence = 1.0

  @Option(
    help: "With --realtime: measure a running server instead of starting one.",
    transform: ListenAddress.argument)
  var uri: ListenAddress?

  @Flag(help: "Print one JSON object instead of tables.")
  var json = false

  @Flag(help: "Do not show a progress bar.")
  var quiet = false

  @Option(help: .hidden)
  var root = "/"

  @Argument(
    help: ArgumentHelp("Recordings; - is standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  /// The lengths of the recordings made if no file is given, in seconds.
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
      throw ValidationError("--lengths cannot be combined with files")
    }
    if uri != nil, !realtime { throw ValidationError("--uri needs --realtime") }
    if uri != nil, !compare.isEmpty {
      throw ValidationError("--compare cannot be combined with --uri")
    }
    if realtime, idle != nil { throw ValidationError("--idle cannot be combined with --realtime") }
  }

  private func check<Number: Comparable>(
    _ number: Number, _ name: String, _ range: ClosedRange<Number>
  ) throws {
    guard range.contains(number) else {
      throw ValidationError("\(name) is \(number), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private static func devices(_ text: String) throws -> [DeviceChoice] {
    var devices: [DeviceChoice] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let device = DeviceChoice(rawValue: String(name)), device != .auto else {
        throw ValidationError("--compare: '\(name)' is not a device, expected cpu, gpu or npu")
      }
      guard !devices.contains(device) else { throw ValidationError("--compare: \(name) is listed twice") }
      devices.append(device)
    }
    return devices
  }

  private static func seconds(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let seconds = Double(part), (0.1...300).contains(seconds) else {
        throw ValidationError("--lengths: '\(part)' is not a length, expected 0.1 to 300 seconds")
      }
      return seconds
    }
  }
}

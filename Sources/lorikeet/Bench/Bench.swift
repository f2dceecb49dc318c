internal import ArgumentParser
internal import Audio
internal import Devices
internal import Diagnosis
internal import ModelDownload
internal import ModelStore
internal import Recognition
internal import Settings
internal import SpeechEngine
internal import WyomingProtocol

/// `lorikeet bench`: measures the speed and energy of recognition on this machine's devices.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure speech recognition on this machine.",
    discussion: """
      First the executing device is verified: by OpenVINO's own report, by Lorikeet's counters, and for an NPU by the \
      busy time that the kernel counts. Results of a device other than the named one are refused, unless --fallback \
      allows it to take over. Without files, recordings of several lengths are made from the built-in one. \
      The exit status is 1 if no device could be measured or a file could not be read.
      """.with(.bench))

  @OptionGroup var options: BenchOptions
  @OptionGroup(title: "Recognition options") var speech: SpeechOptions
  @OptionGroup(title: "Advanced options") var advanced: AdvancedSpeechOptions

  func validate() throws {
    try validateSettings()
    if !options.compare.isEmpty, speech.device != nil {
      throw ValidationError("--compare cannot be combined with --device")
    }
    if options.uri != nil, let other = given.keys.sorted().first(where: { $0 != "language" }) {
      throw ValidationError("--\(other) cannot be combined with --uri; set it on that server")
    }
  }

  // On the main thread: reading files blocks.
  @MainActor
  func run() async throws {
    await runToTheEnd {
      let (result, allRead) = try await Signals.withHandler { _, _ in
        Self.note("interrupted")
        leave(.failure)
      } during: {
        let (recordings, allRead) = try recordings()
        return (try await measure(recordings), allRead)
      }
      guard result.backends.contains(where: { $0.measurement != nil }) else {
        for failure in result.backends.compactMap(\.failure) { Terminal.fail(failure) }
        throw ExitCode.failure
      }
      try Terminal.print(options.json ? BenchJSON(result).line : BenchReport(result).text)
      if !allRead { throw ExitCode.failure }
    }
  }

  /// Replaces the progress bar with a line.
  private static func note(_ text: String) {
    ProgressBar(label: "", isShown: Terminal.isWatched).clear()
    Terminal.note("lorikeet: \(text)\n")
  }

  // MARK: Recordings

  /// Reads the recordings.
  ///
  /// - Returns: The readable recordings, and true if these are all.
  @MainActor private func recordings() throws -> ([BenchRecording], allRead: Bool) {
    let test = try selfTest()
    guard !options.files.isEmpty else {
      return (options.madeLengths.map { BenchRecording(test, seconds: $0) }, true)
    }
    var recordings: [BenchRecording] = []
    for file in options.files {
      do throws(AudioError) {
        recordings.append(try BenchRecording(path: file))
      } catch {
        Terminal.fail(error)
      }
    }
    if recordings.isEmpty { throw ExitCode.failure }
    return (recordings, recordings.count == options.files.count)
  }

  private func selfTest() throws -> SelfTest {
    try SelfTest(of: ModelDirectory.find(ModelDirectory.builtin))
  }

  // MARK: Measuring

  @MainActor private func measure(_ recordings: [BenchRecording]) async throws -> BenchResult {
    let wanted = ModelRequest(try settings().settings)
    let model = options.uri == nil ? try await find(wanted) : nil
    let isShown = Terminal.isWatched && !options.quiet
    let (meter, idlePower) = try await idlePower(isShown: isShown)
    let plan = BenchPlan(
      recordings: recordings, test: try selfTest(), runs: options.runs, warmUp: options.warmUp,
      idleSeconds: options.idle, trailingSilence: options.realtime ? options.trailingSilence : nil,
      language: speech.language, meter: meter, idlePower: idlePower,
      npuBusyTime: NPUBusyTime(root: options.root),
      onMessage: { [isQuiet = options.quiet] in if !isQuiet { Self.note($0) } })
    var result = BenchResult(
      model: model?.name, processor: MachineReader(root: options.root).facts().processor.name,
      runs: plan.runs, warmUp: plan.warmUp, trailingSilence: plan.trailingSilence,
      isSynthetic: options.files.isEmpty, idlePower: idlePower)
    let devices = options.compare.isEmpty ? [wanted.settings.compute.device] : options.compare
    let progress = BenchProgress(
      total: plan.utterances * (options.uri == nil ? devices.count : 1), isShown: isShown)
    defer { progress.clear() }
    if let address = options.uri {
      let outcome = await outcome {
        try await RealTimeBench(
          address: address, silence: options.trailingSilence, plan: plan, progress: progress
        ).run()
      }
      result.backends = [BenchResult.Backend(name: "\(address)", outcome: outcome)]
    }
    guard let model else { return result }
    for device in devices {
      let bench = DeviceBench(
        device: device, wanted: wanted.on(device, mayFallBack: speech.fallback != nil), model: model,
        plan: plan, progress: progress, allowsFallback: speech.fallback != nil)
      let outcome = await outcome { try await bench.run() }
      result.backends.append(BenchResult.Backend(name: device.rawValue, outcome: outcome))
    }
    return result
  }

  @MainActor private func outcome(
    _ body: () async throws -> BenchResult.Measurement
  ) async -> Result<BenchResult.Measurement, CommandError> {
    do {
      return .success(try await body())
    } catch {
      return .failure(error as? CommandError ?? .notMeasured(Remedies.text(of: error).inOneLine))
    }
  }

  private func find(_ wanted: ModelRequest) async throws -> ModelDirectory {
    switch try wanted.locate() {
    case .here(let model): return model
    case .hub(let model, let hub):
      return try await wanted.fetch(model, from: hub, PullReport(model: model.name, quiet: options.quiet))
    }
  }

  /// Measures the machine's power before anything is loaded.
  @MainActor private func idlePower(isShown: Bool) async throws -> (EnergyMeter?, IdlePower) {
    if options.realtime {
      return (nil, .unavailable(why: "it is not measured in real time, when a machine is mostly waiting"))
    }
    let progress = ProgressBar(label: "measuring the idle machine's power", isShown: isShown)
    defer { progress.clear() }
    do throws(EnergyMeter.Trouble) {
      let meter = try EnergyMeter(root: options.root)
      progress.show(0)
      let clock = ContinuousClock()
      let (start, first) = (clock.now, try meter.reading())
      // If cancelled, the figure is not used.
      try? await clock.sleep(for: .seconds(options.idlePower))
      let joules = meter.joules(from: first, to: try meter.reading())
      return (meter, .watts(joules / (start.duration(to: clock.now) / .seconds(1))))
    } catch {
      return (nil, .unavailable(why: error.description))
    }
  }
}

extension ModelRequest {
  /// Returns the same request for one device.
  ///
  /// - Parameter mayFallBack: True to keep the requested fallback, false to let no other device replace a named one.
  func on(_ device: DeviceChoice, mayFallBack: Bool) -> ModelRequest {
    var wanted = self
    wanted.settings.compute.device = device
    if !mayFallBack, device != .auto { wanted.settings.compute.fallback = .none }
    return wanted
  }
}

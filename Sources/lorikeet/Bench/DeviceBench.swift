internal import Devices
internal import Diagnosis
internal import ModelStore
internal import Recognition
internal import Serving
internal import SpeechEngine
internal import Transducer

/// Measures a model on one device.
@MainActor struct DeviceBench {
  let device: DeviceChoice
  let wanted: ModelRequest
  let model: ModelDirectory
  let plan: BenchPlan
  let progress: BenchProgress
  /// True if another device can take over, which every row then says.
  let allowsFallback: Bool

  func run() async throws -> BenchResult.Measurement {
    progress.show("loading \(wanted.name) on \(device.rawValue)")
    let recognizer = wanted.recognizer(of: model) { [plan] event in
      if event.isNotable { plan.onMessage(Remedies.text(of: event)) }
    }
    var measurement = BenchResult.Measurement(proof: try await prove(recognizer))
    if let silence = plan.trailingSilence {
      try await LocalServer(
        recognizer: recognizer, card: ModelCard(model), language: plan.language
      ).serving { address in
        let bench = RealTimeBench(address: address, silence: silence, plan: plan, progress: progress)
        measurement.realTime = try await bench.rows { mark(recognizer) }
      }
      for row in measurement.realTime { try refuseOthers(row.work, nil) }
      return measurement
    }
    for recording in plan.recordings {
      measurement.stages.append(try await measure(recording, recognizer))
    }
    if let seconds = plan.idleSeconds, let first = measurement.stages.first {
      measurement.afterIdle = try await measureCold(
        plan.recordings[0], recognizer, after: seconds, warm: first.total.median)
    }
    return measurement
  }

  // MARK: The executing device

  private func prove(_ recognizer: Recognizer) async throws -> BenchResult.Proof {
    let clock = ContinuousClock()
    let start = clock.now
    try await recognizer.prepare()
    let loadSeconds = start.duration(to: clock.now) / .seconds(1)
    let before = mark(recognizer)
    let first = try await transcribe(plan.test.samples, recognizer)
    progress.step()
    let work = DeviceWork(from: before, to: mark(recognizer))
    if work.inferences.isEmpty {
      throw CommandError.notMeasured("no device counted an inference")
    }
    try refuseOthers(work, first.transcript.fallbackReason)
    if recognizer.model.name == ModelDirectory.builtin, !plan.test.accepts(first.transcript.text) {
      throw CommandError.notMeasured(
        "the self-test recognized '\(first.transcript.text)' instead of '\(plan.test.text)'")
    }
    return BenchResult.Proof(
      text: first.transcript.text, executedOn: first.transcript.device, work: work, loadSeconds: loadSeconds,
      firstSeconds: first.seconds)
  }

  /// Refuses results of a device other than the requested one.
  private func refuseOthers(_ work: DeviceWork?, _ fallbackReason: String?) throws(CommandError) {
    guard !allowsFallback, let what = work?.contradiction(to: device) else { return }
    throw CommandError.notMeasured("\(what)\(fallbackReason.map { " (\($0))" } ?? ""); see `lorikeet doctor`")
  }

  private func mark(_ recognizer: Recognizer) -> DeviceWork.Mark {
    DeviceWork.Mark(recognizer.devices, npuMicroseconds: plan.npuBusyTime.microseconds())
  }

  // MARK: Runs

  private func measure(
    _ recording: BenchRecording, _ recognizer: Recognizer
  ) async throws -> BenchResult.StageRow {
    for _ in 0..<plan.warmUp { _ = try await transcribe(recording, recognizer) }
    try await settle(recognizer)
    let before = mark(recognizer)
    let energy = try plan.meter?.reading()
    let clock = ContinuousClock()
    let start = clock.now
    var runs: [(transcript: Transcript, seconds: Double)] = []
    for _ in 0..<plan.runs { runs.append(try await transcribe(recording, recognizer)) }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    let energyAfter = try plan.meter?.reading()
    let work = DeviceWork(from: before, to: mark(recognizer))
    let transcripts = runs.map(\.transcript)
    try refuseOthers(work, transcripts.lazy.compactMap(\.fallbackReason).first)
    guard let last = transcripts.last,
      let features = Spread(transcripts.map(\.timings.features)),
      let encoder = Spread(transcripts.map(\.timings.encoder)),
      let decoder = Spread(transcripts.map(\.timings.decoder)),
      let total = Spread(runs.map(\.seconds))
    else { throw CommandError.notMeasured("nothing was run") }
    var row = BenchResult.StageRow(
      recording: recording.name, audioSeconds: recording.seconds, device: last.device, bucket: last.bucket,
      precision: last.precision, isFromCache: last.isFromCache,
      fallbackReasons: Set(transcripts.compactMap(\.fallbackReason)).sorted(), work: work, features: features,
      encoder: encoder, decoder: decoder, total: total)
    if let meter = plan.meter, let energy, let energyAfter, let watts = plan.idlePower.watts {
      row.energy = BenchResult.Energy(
        joules: meter.joules(from: energy, to: energyAfter), seconds: seconds, runs: plan.runs,
        idleWatts: watts)
    }
    return row
  }

  private func measureCold(
    _ recording: BenchRecording, _ recognizer: Recognizer, after seconds: Double, warm: Double
  ) async throws -> BenchResult.AfterIdle {
    var totals: [Double] = []
    var executed: String?
    for _ in 0..<BenchPlan.coldRuns {
      progress.show("waiting \(seconds) s before a cold run")
      try await Task.sleep(for: .seconds(seconds))
      let before = mark(recognizer)
      let run = try await transcribe(recording, recognizer)
      try refuseOthers(DeviceWork(from: before, to: mark(recognizer)), run.transcript.fallbackReason)
      totals.append(run.seconds)
      executed = run.transcript.device
    }
    guard let total = Spread(totals) else { throw CommandError.notMeasured("nothing was run") }
    return BenchResult.AfterIdle(
      recording: recording.name, audioSeconds: recording.seconds, device: executed, idleSeconds: seconds,
      total: total, warm: warm)
  }

  /// Waits until no encoder is loading: it would slow the runs down, and take over in the middle of them.
  private func settle(_ recognizer: Recognizer) async throws {
    while recognizer.devices.contains(where: { $0.encoders.contains { $0.state == .loading } }) {
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func transcribe(
    _ recording: BenchRecording, _ recognizer: Recognizer
  ) async throws -> (transcript: Transcript, seconds: Double) {
    progress.show("\(device.rawValue), \(recording.name), \(rounded(recording.seconds, to: 10)) s")
    defer { progress.step() }
    return try await transcribe(recording.samples, recognizer)
  }

  /// Recognizes the samples.
  ///
  /// - Returns: The transcript, and the time that it took in seconds.
  private func transcribe(
    _ samples: [Float], _ recognizer: Recognizer
  ) async throws -> (transcript: Transcript, seconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let transcript = try await recognizer.transcribe(samples, in: SpeechContext(language: plan.language))
    return (transcript, start.duration(to: clock.now) / .seconds(1))
  }
}

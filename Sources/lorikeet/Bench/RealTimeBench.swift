internal import Addresses
internal import Devices
internal import Logging
internal import Recognition
internal import Serving
internal import StatusReport
internal import WyomingClient
internal import WyomingProtocol
internal import WyomingServer

/// Streams recordings to a server in real time, as Home Assistant does.
@MainActor struct RealTimeBench {
  let address: ListenAddress
  /// The silence after the recording until `audio-stop`, in seconds.
  let silence: Double
  let plan: BenchPlan
  let progress: BenchProgress

  /// Streams all recordings.
  ///
  /// - Parameter mark: Returns the devices' counters; `nil` if they are unknown.
  func rows(_ mark: () async -> DeviceWork.Mark?) async throws -> [BenchResult.RealTimeRow] {
    let client = SpeechClient(address: address)
    var rows: [BenchResult.RealTimeRow] = []
    for recording in plan.recordings {
      let samples =
        recording.samples
        + [Float](repeating: 0, count: Int((silence * BenchRecording.sampleRate).rounded()))
      var before = await mark()
      var answers: [SpeechClient.Response] = []
      for run in 0..<plan.warmUp + plan.runs {
        progress.show("speaking \(recording.name), \(rounded(recording.seconds, to: 10)) s, to \(address)")
        if run == plan.warmUp { before = await mark() }
        let answer = try await client.speak(samples, language: plan.language)
        if run >= plan.warmUp { answers.append(answer) }
        progress.step()
      }
      guard let latency = Spread(answers.map(\.seconds)), let text = answers.last?.text else { continue }
      let after = await mark()
      rows.append(
        BenchResult.RealTimeRow(
          recording: recording.name, audioSeconds: recording.seconds, text: text, latency: latency,
          work: before.flatMap { before in after.map { DeviceWork(from: before, to: $0) } }))
    }
    return rows
  }

  /// Measures a running server.
  func run() async throws -> BenchResult.Measurement {
    progress.show("connecting to \(address)")
    let before = try await mark()
    let answer = try await SpeechClient(address: address).speak(plan.test.samples, language: plan.language)
    progress.step()
    let after = try await mark()
    let work = before.flatMap { before in after.map { DeviceWork(from: before, to: $0) } }
    var measurement = BenchResult.Measurement(
      proof: BenchResult.Proof(text: answer.text, executedOn: nil, work: work))
    measurement.realTime = try await rows { try? await mark() }
    return measurement
  }

  /// Reads the counters of the server's devices.
  ///
  /// - Throws: ``ClientError`` if no server answers.
  private func mark() async throws -> DeviceWork.Mark? {
    let outcome = try await HealthCheck(address: address, seconds: 5).run()
    return outcome.status.map { DeviceWork.Mark($0.devices) }
  }
}

/// A server in this process, on a free port of the loopback interface.
struct LocalServer: Sendable {
  let recognizer: Recognizer
  let card: ModelCard
  let language: String?

  /// Serves while `body` runs.
  @MainActor func serving(_ body: (ListenAddress) async throws -> Void) async throws {
    let model = ServedRecognizer(card)
    model.arrived(recognizer)
    model.ready()
    let (opened, arrival) = AsyncStream<ListenAddress>.makeStream()
    var limits = ServerLimits()
    // A measurement can take long: no utterance may be cut.
    (limits.utteranceSeconds, limits.deadlineSeconds) = (86_400, 3600)
    let server = WyomingServer(
      address: ListenAddress(.tcp(host: "127.0.0.1", port: 0)),
      service: SpeechService(model: model, language: language), limits: limits, version: Lorikeet.version,
      logger: Logger(label: "lorikeet") { _ in SwiftLogNoOpLogHandler() },
      onOpen: { address, _ in arrival.yield(address) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { arrival.finish() }
        try await server.run()
      }
      var addresses = opened.makeAsyncIterator()
      if let address = await addresses.next(isolation: #isolation) { try await body(address) }
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}

internal import Devices
internal import Recognition

/// The measurements of all backends.
struct BenchResult: Sendable {
  /// The model's name; `nil` for a running server's.
  var model: String?
  /// The processor's name; `nil` if it has none.
  var processor: String?
  var runs: Int
  var warmUp: Int
  /// The silence after each recording, in seconds; `nil` if they were not streamed in real time.
  var trailingSilence: Double?
  /// True if the recordings were made from the self-test's.
  var isSynthetic: Bool
  var idlePower: IdlePower
  var backends: [Backend] = []

  /// A device, or a running server.
  struct Backend: Sendable {
    /// The name in the options: "npu", or a server's address.
    var name: String
    var outcome: Result<Measurement, CommandError>

    /// The measurement; `nil` if it failed.
    var measurement: Measurement? { try? outcome.get() }

    /// The reason why it was not measured.
    var failure: CommandError? {
      if case .failure(let failure) = outcome { failure } else { nil }
    }
  }

  struct Measurement: Sendable {
    var proof: Proof
    var stages: [StageRow] = []
    var afterIdle: AfterIdle?
    var realTime: [RealTimeRow] = []
  }

  /// The evidence for the device that recognized the self-test's recording.
  struct Proof: Sendable {
    var text: String
    /// The device that ran the encoder, by OpenVINO's report (`EXECUTION_DEVICES`); `nil` for a running server.
    var executedOn: String?
    /// The work counted meanwhile; `nil` for a server that does not report it.
    var work: DeviceWork?
    /// The time to load the model and that of the first transcript, in seconds; `nil` for a running server.
    var loadSeconds, firstSeconds: Double?
  }

  /// The runs of a recording.
  struct StageRow: Sendable {
    var recording: String
    var audioSeconds: Double
    var device: String?
    /// The length of the encoder's static shape, in seconds; `nil` for a dynamic one.
    var bucket: Double?
    var precision: Precision
    var isFromCache: Bool
    /// The reasons for falling back to another device or shape, each once.
    var fallbackReasons: [String]
    var work: DeviceWork
    /// The times in seconds. The total begins when all samples are available: nothing is done while they "arrive".
    var features, encoder, decoder, total: Spread
    var energy: Energy?

    /// The duration of recognition as a fraction of the audio's.
    var realTimeFactor: Double { total.median / audioSeconds }
  }

  /// The energy of an utterance.
  struct Energy: Sendable, Equatable {
    /// The energy of the processor's package meanwhile, and the part above its idle energy, in joules.
    var joules, joulesAboveIdle: Double
    var wattsAboveIdle: Double

    /// - Parameters:
    ///   - joules: The energy of all runs, in joules.
    ///   - seconds: The duration of all runs, in seconds.
    ///   - runs: The number of runs.
    ///   - idleWatts: The idle power, in watts.
    init(joules: Double, seconds: Double, runs: Int, idleWatts: Double) {
      self.joules = joules / Double(max(runs, 1))
      joulesAboveIdle = (joules - idleWatts * seconds) / Double(max(runs, 1))
      wattsAboveIdle = seconds > 0 ? joules / seconds - idleWatts : 0
    }
  }

  /// The runs after a pause.
  struct AfterIdle: Sendable {
    var recording: String
    var audioSeconds: Double
    var device: String?
    var idleSeconds: Double
    var total: Spread
    /// The median of the runs without a pause, in seconds.
    var warm: Double
  }

  /// A recording streamed to a server in real time.
  struct RealTimeRow: Sendable {
    var recording: String
    var audioSeconds: Double
    var text: String
    /// The time from `audio-stop` to the transcript, in seconds.
    var latency: Spread
    /// The work counted meanwhile; `nil` for a server that does not report it.
    var work: DeviceWork?
  }
}

/// The machine's power while nothing is recognized.
enum IdlePower: Sendable, Equatable {
  case watts(Double)
  case unavailable(why: String)

  var watts: Double? {
    if case .watts(let watts) = self { watts } else { nil }
  }

  /// The reason why energy is not measured.
  var unavailableReason: String? {
    if case .unavailable(let why) = self { why } else { nil }
  }
}

internal import Devices
internal import Recognition

/// What was measured of one backend after the other.
struct BenchResult: Sendable {
  /// The model as it was named; `nil` for a running server's.
  var model: String?
  /// Of the machine; `nil` if it has no name.
  var processor: String?
  var runs: Int
  var warmUp: Int
  /// Seconds of silence behind each recording; `nil` if they were not streamed in real time.
  var trailingSilence: Double?
  /// Whether the recordings are made of the self-test's.
  var isSynthetic: Bool
  var idlePower: IdlePower
  var backends: [Backend] = []

  /// A device, or a running server.
  struct Backend: Sendable {
    /// As it was asked for: "npu", or a server's address.
    var name: String
    var outcome: Result<Measurement, BenchFailure>

    /// `nil` if it could not be measured.
    var measurement: Measurement? { try? outcome.get() }

    /// Why it was not measured.
    var failure: BenchFailure? {
      if case .failure(let failure) = outcome { failure } else { nil }
    }
  }

  struct Measurement: Sendable {
    var proof: Proof
    var stages: [StageRow] = []
    var afterIdle: AfterIdle?
    var realTime: [RealTimeRow] = []
  }

  /// Who recognized the self-test's recording.
  struct Proof: Sendable {
    var text: String
    /// The device that ran the encoder, as OpenVINO says (`EXECUTION_DEVICES`); `nil` for a running server.
    var executedOn: String?
    /// What was counted meanwhile; `nil` for a server that does not tell.
    var work: DeviceWork?
    /// Seconds until the model was loaded, and of the first transcript after that; `nil` for a running server.
    var loadSeconds, firstSeconds: Double?
  }

  /// A recording's runs.
  struct StageRow: Sendable {
    var recording: String
    var audioSeconds: Double
    var device: String?
    /// Seconds of the encoder's static shape; `nil` for a dynamic one.
    var bucket: Double?
    var precision: Precision
    var isFromCache: Bool
    /// Why it did not run as wanted; each reason once.
    var fallbackReasons: [String]
    var work: DeviceWork
    /// Seconds. The total begins with the recording's samples: nothing is done while they "arrive".
    var features, encoder, decoder, total: Spread
    var energy: Energy?

    /// Parts of the audio's duration that recognition takes.
    var realTimeFactor: Double { total.median / audioSeconds }
  }

  /// What an utterance takes.
  struct Energy: Sendable, Equatable {
    /// Joules of all that the processor's package did meanwhile, and what they are more than when it is idle.
    var joules, joulesAboveIdle: Double
    var wattsAboveIdle: Double

    /// - Parameters:
    ///   - joules: Of all runs.
    ///   - seconds: Of all runs.
    init(joules: Double, seconds: Double, runs: Int, idleWatts: Double) {
      self.joules = joules / Double(max(runs, 1))
      joulesAboveIdle = (joules - idleWatts * seconds) / Double(max(runs, 1))
      wattsAboveIdle = seconds > 0 ? joules / seconds - idleWatts : 0
    }
  }

  /// Runs that come after a pause.
  struct AfterIdle: Sendable {
    var recording: String
    var audioSeconds: Double
    var device: String?
    var idleSeconds: Double
    var total: Spread
    /// The median of the runs without a pause.
    var warm: Double
  }

  /// A recording, spoken to a server as it is heard.
  struct RealTimeRow: Sendable {
    var recording: String
    var audioSeconds: Double
    var text: String
    /// Seconds from `audio-stop` to the transcript.
    var latency: Spread
    /// `nil` for a server that does not tell.
    var work: DeviceWork?
  }
}

/// A backend that could not be measured.
struct BenchFailure: Error, Sendable, CustomStringConvertible {
  let description: String
}

/// What the machine takes while nothing is recognized.
enum IdlePower: Sendable, Equatable {
  case watts(Double)
  case unavailable(why: String)

  var watts: Double? {
    if case .watts(let watts) = self { watts } else { nil }
  }

  /// Why energy is not measured.
  var notReadyReason: String? {
    if case .unavailable(let why) = self { why } else { nil }
  }
}

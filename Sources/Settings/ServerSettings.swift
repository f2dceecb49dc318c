/// What a server can be told; the values here are the defaults.
public struct ServerSettings: Sendable, Equatable {
  /// Where to listen.
  public var uris = ["tcp://0.0.0.0:10300"]

  /// "no", "yes", or the name by which the server is found.
  public var zeroconf = "no"
  /// The network interfaces on which it is found; none for all that lead to other machines.
  public var zeroconfInterfaces: [String] = []

  /// A known model's name, or a model's directory.
  public var model = "builtin"
  /// One of `ServerSettings.devices`.
  public var device = "auto"
  /// One of `ServerSettings.fallbacks`.
  public var fallback = "auto"
  /// One of `ServerSettings.devices`.
  public var decoderDevice = "cpu"
  /// Seconds of the encoders of static shape that are loaded at start; `nil` for what the device does best.
  public var buckets: [Double]?
  /// Seconds of those that are loaded when they are needed; `nil` for what the device does best.
  public var lazyBuckets: [Double]?
  /// Bytes that loaded encoders may take; `nil` for no limit.
  public var memoryBudget: Int64?
  /// How many encoders may stay loaded; `nil` for no limit.
  public var maxResidentBuckets: Int?
  /// "KEY=VALUE" each.
  public var deviceProperties: [String] = []
  /// Seconds that a run of the encoder may take on an accelerator.
  public var inferenceSeconds = 10
  /// Seconds of audio that are recognized in one piece.
  public var windowSeconds = 30
  /// One of `ServerSettings.vads`.
  public var vad = "trim"
  public var voice = Voice()
  /// Decibels by which quiet speech may be amplified.
  public var maxGain = 30.0
  /// How often an utterance may be recognized before it has ended.
  public var maxSpeculations = 4
  /// One of `ServerSettings.precisions`.
  public var precision = "auto"
  /// The tag of the language that is spoken; `nil` to leave it open.
  public var language: String?
  /// Whether letters of other scripts than the language's are never emitted.
  public var forcesScript = true

  /// One of `ServerSettings.texts`.
  public var text = "clean"
  /// One of `ServerSettings.numberForms`.
  public var numbers = "words"

  /// Where Lorikeet keeps what it makes.
  public var dataDir: String
  /// Whether prepared and compiled models are kept.
  public var cache = true
  /// Whether the files that a prepared model was made of stay in the store.
  public var keepsOriginals = true
  /// Whether nothing may be fetched from the network.
  public var offline = false

  /// One of `ServerSettings.logLevels`.
  public var logLevel = "info"
  public var logFormat = LogFormat.text
  public var logTranscripts = false

  /// Seconds that running utterances have after a signal.
  public var drainSeconds = 10
  public var limits = Limits()

  public init(dataDir: String) {
    self.dataDir = dataDir
  }

  public static let devices = ["auto", "cpu", "gpu", "npu"]
  public static let vads = ["off", "gate", "trim"]
  public static let texts = ["raw", "clean", "command"]
  public static let numberForms = ["words", "digits"]
  public static let fallbacks = ["auto", "cpu", "none"]
  public static let precisions = ["auto", "f32", "bf16", "f16", "int8"]
  public static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}

/// How the log is written.
public enum LogFormat: String, Sendable, CaseIterable {
  case text
  case json
}

/// What counts as speech.
public struct Voice: Sendable, Equatable {
  /// Decibels above the noise.
  public var margin = 5.5
  /// Seconds of sound that are no click.
  public var onsetSeconds = 0.08
  /// Seconds of quiet that belong to speech.
  public var hangOverSeconds = 0.3
  /// Seconds that are kept before the first speech.
  public var leadingSeconds = 0.3
  /// Seconds that are kept after the last speech.
  public var trailingSeconds = 0.3

  public init() {}
}

/// What a client may ask of a server.
public struct Limits: Sendable, Equatable {
  /// Bytes of an event's header line.
  public var headerBytes = 65_536
  /// Bytes of an event's data.
  public var dataBytes = 1_048_576
  /// Bytes of an event's payload; `nil` for what follows from `utteranceSeconds`.
  public var payloadBytes: Int?
  /// Clients at a time.
  public var connections = 256
  /// Seconds of audio in an utterance.
  public var utteranceSeconds = 300
  /// Seconds between two pieces of an event or of an utterance that has begun.
  public var stallSeconds = 30
  /// Seconds that a client may stay silent between utterances.
  public var idleSeconds = 300
  /// Seconds from the end of an utterance to its transcript.
  public var deadlineSeconds = 60

  public init() {}
}

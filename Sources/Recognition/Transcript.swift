public import Devices
public import Endpointing
public import Transducer

/// The text of an utterance, and details of its recognition.
public struct Transcript: Sendable {
  /// The text; if the utterance is longer than a window, a segment for each stretch between two pauses.
  public var segments: [SpokenText]
  /// The requested or else the detected language, a BCP 47 tag; `nil` if it is not clear.
  public var language: String?
  /// True if no language was requested, and it was detected from the text.
  public var isLanguageDetected = false
  /// The duration of the audio, in seconds.
  public var audioSeconds: Double
  /// The time that each stage took.
  public var timings: Timings
  /// OpenVINO's name of the device that ran the encoder; `nil` if nothing had to run.
  public var device: String?
  /// The length of the bucket that was used, in seconds; `nil` with a dynamic shape.
  public var bucket: Double?
  /// True if the encoder came from the cache of compiled networks.
  public var isFromCache = false
  /// The reason why another bucket or device was used as a fallback; `nil` if none was.
  public var fallbackReason: String?
  /// The number of tokens that a phrase of the context has changed.
  public var boostedTokens = 0
  /// True if the transcript was made before the utterance ended.
  public var isSpeculative = false
  /// The reason for which the utterance ended; `nil` if the client ended it.
  public var endpoint: Endpoint.Reason?
  /// The precision in which the networks ran.
  public var precision: Precision
  /// The name of the model.
  public var model: String

  /// The text of all segments.
  public var text: String { spoken.text }

  /// The segments joined into one.
  public var spoken: SpokenText { SpokenText(joining: segments) }

  /// The time that each stage took, in seconds.
  public struct Timings: Sendable, Equatable {
    /// Log-mel frames, computed while the audio arrived, and their normalisation.
    public var features = 0.0
    /// The encoder.
    public var encoder = 0.0
    /// The decoder.
    public var decoder = 0.0
    /// From the end of the audio to the transcript, waiting for the device included.
    public var total = 0.0
    /// The number of runs of the joint network.
    public var decoderSteps = 0
  }
}

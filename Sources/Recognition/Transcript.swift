public import Devices
public import Transducer

/// What was said, and how it was found out.
public struct Transcript: Sendable {
  /// What was said, a text for each stretch between two places where nobody speaks, if it is longer than a window.
  public var segments: [SpokenText]
  /// The language that was asked for, or else the one that the text is in, as a BCP 47 tag; `nil` if it is not clear.
  public var language: String?
  /// Whether none was asked for, and the text tells the language.
  public var isLanguageDetected = false
  public var audioSeconds: Double
  public var timings: Timings
  /// The device that ran the encoder, as OpenVINO says; `nil` if nothing had to run.
  public var device: String?
  /// Seconds of the static-shape encoder that ran; `nil` where the shape is dynamic.
  public var bucket: Double?
  /// Whether the encoder that ran came from the cache of compiled networks.
  public var isFromCache = false
  /// Why it did not run as wanted: another bucket or device stood in. `nil` if it did.
  public var fallbackReason: String?
  /// Whether it was made before the utterance ended.
  public var isSpeculative = false
  public var precision: Precision
  public var model: String

  public var text: String { spoken.text }

  /// The segments as one.
  public var spoken: SpokenText { SpokenText(joining: segments) }

  /// Seconds that each stage took.
  public struct Timings: Sendable, Equatable {
    /// Log-mel frames, while the audio came in, and their normalisation.
    public var features = 0.0
    public var encoder = 0.0
    public var decoder = 0.0
    /// From the end of the audio to the transcript, waiting for the device included.
    public var total = 0.0
    /// Runs of the joint network.
    public var decoderSteps = 0
  }
}

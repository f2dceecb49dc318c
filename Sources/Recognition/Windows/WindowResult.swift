internal import Concurrency
internal import Devices
internal import SpeechFeatures
internal import Transducer

/// The result of recognizing one window of an utterance.
struct WindowResult: Sendable {
  var window: Window
  /// The emissions, in order; their encoder frames count from the beginning of the utterance.
  var emissions: [Emission]
  var encoderSeconds, decoderSeconds: Double
  /// The number of runs of the joint network.
  var decoderSteps: Int
  /// The number of tokens that a phrase has changed.
  var boostedTokens = 0
  /// The encoder's device, as in ``Transcript``; so are the properties that follow.
  var device: String
  var bucket: Double?
  var isFromCache: Bool
  var fallbackReason: String?
  var precision: Precision
}

/// A type that recognizes windows.
protocol WindowRecognizer: Sendable {
  var model: ModelDescription { get }
  var languages: SpokenLanguages { get }

  /// The most frames of a window; `nil` until the devices are known.
  var windowLimit: Int? { get }

  /// Returns the most frames of a window; waits until the devices are known.
  func knownWindowLimit() async throws(DeviceError) -> Int

  /// True if the best working device is idle.
  var isQuiet: Bool { get async }

  /// Recognizes a window.
  ///
  /// - Parameters:
  ///   - frames: At least the frames of the window.
  ///   - context: What is known about the utterance.
  func recognize(
    _ window: Window, of frames: LogMelFrames, in context: SpeechContext, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult

  /// Counts an attempt to recognize windows that are not certain.
  func countStarted()
  /// Counts an attempt whose result was used.
  func countUsed(savedSeconds: Double)
}

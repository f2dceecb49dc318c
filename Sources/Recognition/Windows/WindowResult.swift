internal import Concurrency
internal import Devices
internal import SpeechFeatures
internal import Transducer

/// What one window of an utterance gave.
struct WindowResult: Sendable {
  var window: Window
  /// In the order they were said; encoder frames count from the beginning of the utterance.
  var emissions: [Emission]
  var encoderSeconds, decoderSeconds: Double
  /// Runs of the joint network.
  var decoderSteps: Int
  /// How the encoder ran, as ``Transcript`` has it.
  var device: String
  var bucket: Double?
  var isFromCache: Bool
  var fallbackReason: String?
  var precision: Precision
}

/// What recognizes windows.
protocol WindowRecognizer: Sendable {
  var model: ModelDescription { get }
  var languages: SpokenLanguages { get }

  /// The most frames of a window; `nil` as long as the devices are not known.
  var windowLimit: Int? { get }

  /// The same; waits until it is known.
  func knownWindowLimit() async throws(DeviceError) -> Int

  /// Asks whether the best device that works has nothing to do.
  var isQuiet: Bool { get async }

  /// - Parameters:
  ///   - frames: Those of the window at least.
  ///   - language: The language asked for, a BCP 47 tag.
  func recognize(
    _ window: Window, of frames: LogMelFrames, language: String?, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult

  /// An attempt to recognize something before its end was begun.
  func countStarted()
  /// It was of use.
  func countUsed(savedSeconds: Double)
}

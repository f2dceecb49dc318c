public import VoiceActivity

/// The settings of voice activity, of early recognition and of the audio that the model gets.
public struct ListeningSettings: Sendable, Equatable {
  /// The use of voice activity.
  public var gate = VoiceGate.trim
  /// The thresholds and durations of voice activity detection.
  public var activity = VoiceActivitySettings.standard
  /// The most attempts to recognize an utterance before it has ended; 0 for none. Only with ``VoiceGate/trim``.
  public var attempts = 4
  /// The maximum gain for quiet speech, in decibels; 0 turns it off.
  public var maximumGain = 30.0
  /// True if letters of scripts that the requested language is not written in are never emitted.
  public var forcesScript = true
  /// True if uncertain words are compared with the phrases of an utterance's context once more.
  public var rescuesNames = false

  /// Creates the default settings.
  public init() {}

  /// Settings that recognize all audio, once it has ended.
  public static var everything: ListeningSettings {
    var settings = ListeningSettings()
    settings.gate = .off
    settings.attempts = 0
    return settings
  }
}

/// The use of voice activity.
public enum VoiceGate: String, Sendable, CaseIterable {
  /// All audio is recognized.
  case off
  /// Audio without speech gives an empty transcript, and no network runs.
  case gate
  /// As ``gate``, and silence before the first and after the last speech is left out.
  case trim
}

public import VoiceActivity

/// What is listened to, and when recognition begins.
public struct ListeningSettings: Sendable, Equatable {
  public var gate = VoiceGate.trim
  public var activity = VoiceActivitySettings.standard
  /// How often an utterance is recognized before it has ended; 0 for never. Only where its end is trimmed.
  public var attempts = 4
  /// Decibels by which quiet speech is amplified at most; 0 for not at all.
  public var maximumGain = 30.0
  /// True if letters of scripts that the requested language is not written in are never emitted.
  public var forcesScript = true

  public init() {}

  /// All that comes in is recognized, when it has ended.
  public static var everything: ListeningSettings {
    var settings = ListeningSettings()
    settings.gate = .off
    settings.attempts = 0
    return settings
  }
}

/// What voice activity is used for.
public enum VoiceGate: String, Sendable, CaseIterable {
  /// All audio is recognized.
  case off
  /// Audio without speech is answered with nothing, and no network runs.
  case gate
  /// The same, and silence before the first and after the last speech is left out.
  case trim
}

internal import SpeechFeatures
internal import VoiceActivity

/// Watches an utterance for speech, to tell what of it is to be recognized.
struct SpeechTracker: Sendable {
  /// Frames of an utterance that is too short to tell speech from other sound.
  private static let shortestJudged = 50

  /// `nil` if all is recognized.
  private var detector: VoiceActivityDetector?
  private let settings: ListeningSettings

  init(_ settings: ListeningSettings, bandCount: Int) {
    self.settings = settings
    detector =
      settings.gate == .off
      ? nil : VoiceActivityDetector(bandCount: bandCount, settings: settings.activity)
  }

  /// Looks at the frames that have come since.
  mutating func follow(_ frames: LogMelFrames) {
    detector?.follow(frames)
  }

  /// What is recognized of the utterance as it is now.
  func speech(in extractor: LogMelExtractor, isEnded: Bool) -> SpeechSegments {
    let end = isEnded ? max(extractor.frameCount, WindowPlan.shortest) : extractor.frames.endIndex
    guard let detector else {
      return SpeechSegments(
        segments: [0..<end], leadingPad: 0, trailingPad: 0, judged: end, hindsight: 0, end: end,
        isEnded: isEnded)
    }
    let hop = LogMelExtractor.hop
    var segments = detector.activity.segments.map { $0.lowerBound / hop..<$0.upperBound / hop }
    // "Stop" alone, without silence around it, has nothing that it could be louder than.
    if isEnded, segments.isEmpty, end < Self.shortestJudged, extractor.frames.isSound { segments = [0..<end] }
    let keepsSilence = settings.gate == .gate
    return SpeechSegments(
      segments: segments,
      leadingPad: keepsSilence ? .max / 2 : Self.frames(settings.activity.leadingPad),
      trailingPad: keepsSilence ? .max / 2 : Self.frames(settings.activity.trailingPad),
      judged: extractor.frames.endIndex,
      hindsight: VoiceActivityDetector.hindsight + Self.frames(settings.activity.hangOver),
      end: end, isEnded: isEnded)
  }

  /// Whether what is recognized is the same after more silence.
  var isSettled: Bool {
    guard settings.gate == .trim, let detector else { return false }
    return detector.span(sampleCount: detector.activity.judgedSampleCount)?.isSettled ?? false
  }

  private static func frames(_ seconds: Double) -> Int {
    Int((seconds * Double(LogMelExtractor.frameRate)).rounded())
  }
}

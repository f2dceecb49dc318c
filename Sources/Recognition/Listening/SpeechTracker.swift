internal import SpeechFeatures
internal import VoiceActivity

/// Finds the parts of an utterance that are recognized, by voice activity.
struct SpeechTracker: Sendable {
  /// The fewest frames in which voice activity can tell speech from other sound.
  private static let shortestJudged = 50

  /// `nil` if all audio is recognized.
  private var detector: VoiceActivityDetector?
  private let settings: ListeningSettings

  init(_ settings: ListeningSettings, bandCount: Int) {
    self.settings = settings
    detector =
      settings.gate == .off
      ? nil : VoiceActivityDetector(bandCount: bandCount, settings: settings.activity)
  }

  /// Processes the frames added since the last call.
  mutating func follow(_ frames: LogMelFrames) {
    detector?.process(frames)
  }

  /// Returns the parts of the utterance so far that are recognized.
  func speech(in extractor: LogMelExtractor, isEnded: Bool) -> SpeechSegments {
    let end = isEnded ? max(extractor.frameCount, WindowPlan.shortest) : extractor.frames.endIndex
    guard let detector else {
      return SpeechSegments(
        segments: [0..<end], leadingPad: 0, trailingPad: 0, judged: end, hindsight: 0, end: end,
        isEnded: isEnded)
    }
    let hop = LogMelExtractor.hop
    var segments = detector.activity.segments.map { $0.lowerBound / hop..<$0.upperBound / hop }
    // The word "stop" alone, without silence around it, has no background to be louder than.
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

  /// True if more silence would not change what is recognized.
  var isSettled: Bool {
    guard settings.gate == .trim, let detector else { return false }
    return detector.span(sampleCount: detector.activity.judgedSampleCount)?.isSettled ?? false
  }

  private static func frames(_ seconds: Double) -> Int {
    Int((seconds * Double(LogMelExtractor.frameRate)).rounded())
  }
}

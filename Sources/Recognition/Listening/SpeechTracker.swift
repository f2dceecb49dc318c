internal import Endpointing
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

  /// The speech so far.
  var progress: SpeechProgress {
    guard let activity = detector?.activity else { return SpeechProgress(judged: 0) }
    func frame(_ sample: Int?) -> Int? { sample.map { $0 / LogMelExtractor.hop } }
    return SpeechProgress(
      judged: activity.judgedSampleCount / LogMelExtractor.hop, speechStart: frame(activity.speechStart),
      speechEnd: frame(activity.speechEnd), voiceEnd: frame(activity.voiceEnd),
      loudEnd: frame(activity.loudEnd), soundEnd: frame(activity.soundEnd))
  }

  /// Returns the parts of the utterance so far that are recognized.
  ///
  /// - Parameter cut: The frame after the last speech of the utterance; `nil` if all speech belongs to it.
  func speech(in extractor: LogMelExtractor, isEnded: Bool, cut: Int? = nil) -> SpeechSegments {
    let end = isEnded ? max(extractor.frameCount, WindowPlan.shortest) : extractor.frames.endIndex
    guard let detector else {
      return SpeechSegments(
        segments: [0..<end], leadingPad: 0, trailingPad: 0, judged: end, hindsight: 0, end: end,
        isEnded: isEnded)
    }
    let hop = LogMelExtractor.hop
    var segments = detector.activity.segments.map { $0.lowerBound / hop..<$0.upperBound / hop }
    if let cut { segments = segments.map { $0.clamped(to: 0..<cut) }.filter { !$0.isEmpty } }
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

  /// True if more silence would not change what is recognized, or if audio after `cut` does not count.
  func isSettled(cut: Int?) -> Bool {
    guard settings.gate == .trim, let detector else { return false }
    if let cut {
      return detector.activity.judgedSampleCount / LogMelExtractor.hop
        >= cut + Self.frames(settings.activity.trailingPad)
    }
    return detector.span(sampleCount: detector.activity.judgedSampleCount)?.isSettled ?? false
  }

  private static func frames(_ seconds: Double) -> Int {
    Int((seconds * Double(LogMelExtractor.frameRate)).rounded())
  }
}

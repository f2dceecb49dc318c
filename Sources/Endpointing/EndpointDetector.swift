/// Decides that the speaker has finished, from voice activity and from what has been said so far.
///
/// It is causal and knows no clock: time is the number of frames that voice activity has classified. Its owner
/// recognizes the speech up to ``candidate`` and reports the text with ``hear(_:)``.
public struct EndpointDetector: Sendable {
  /// The times of silence and the limits.
  public var times: EndpointTimes
  /// The place where the utterance may have ended, for which a hypothesis is wanted.
  public private(set) var candidate: EndpointCandidate?

  /// The hypothesis of ``candidate``; `nil` while there is none.
  public private(set) var hypothesis: Hypothesis?
  /// The end of the latest candidate in sound that does not end, or of speech.
  private var lastProbe = 0

  /// The silence after which recognition of the text begins, in frames: the pad that is recognized with it.
  private let pad: Int
  /// The time for which the voice must be gone until a text without it is recognized, in frames. A text of sound that
  /// does not end begins as long before it decides.
  private static let backgroundPad = 40
  /// The least time for which the voice must be gone after a text that is not complete, in seconds: a speaker grows
  /// softer, too.
  private static let leastBackground = 1.3
  /// The time between two hypotheses of sound that does not end, in frames.
  private static let probeInterval = 250
  /// The speech after a command that shows that it is none, in seconds.
  private static let unrelatedSeconds = 4.0
  /// The quiet after which sound was none of speech, in frames, and the longest time for which it is doubted, in seconds.
  private static let onset = (quiet: 6, seconds: 0.3)
  /// The end of a wake word: speech from the beginning, and its longest duration, in frames.
  private static let wakeWord = (start: 30, length: 50)

  /// - Parameters:
  ///   - times: The times of silence and the limits.
  ///   - trailingPad: The silence that is recognized with speech, in seconds.
  public init(_ times: EndpointTimes, trailingPad: Double) {
    self.times = times
    pad = Self.frames(trailingPad)
  }

  /// Takes a hypothesis. One of another place than ``candidate`` comes too late and is of no use.
  public mutating func hear(_ hypothesis: Hypothesis) {
    guard hypothesis.candidate == candidate else { return }
    self.hypothesis = hypothesis
  }

  /// Returns the end of the utterance if it has ended.
  ///
  /// - Parameters:
  ///   - speech: The utterance so far.
  ///   - isRecognizing: True if a hypothesis of ``candidate`` is being made.
  public mutating func update(_ speech: SpeechProgress, isRecognizing: Bool) -> Endpoint? {
    candidate = nextCandidate(speech)
    if let hypothesis, hypothesis.candidate != candidate { self.hypothesis = nil }
    return endpoint(speech, isRecognizing: isRecognizing)
  }

  private mutating func nextCandidate(_ speech: SpeechProgress) -> EndpointCandidate? {
    guard let start = speech.speechStart, let end = speech.speechEnd else { return nil }
    if speech.judged - end >= pad {
      lastProbe = end
      return .silence(end)
    }
    if let voiceEnd = speech.voiceEnd, speech.judged - voiceEnd >= Self.backgroundPad, voiceEnd < end {
      return .background(voiceEnd)
    }
    let lastChance = Self.frames(times.noSpeech) - Self.backgroundPad
    if speech.judged - max(start, lastProbe) >= Self.probeInterval || speech.judged == lastChance {
      lastProbe = speech.judged
      return .sound(speech.judged)
    }
    if case .sound = candidate { return candidate }
    return nil
  }

  private func endpoint(_ speech: SpeechProgress, isRecognizing: Bool) -> Endpoint? {
    let now = speech.judged
    if now >= Self.frames(times.longest) { return Endpoint(.longest) }
    let isLate = now >= Self.frames(times.noSpeech)
    guard let end = speech.speechEnd else { return isLate ? Endpoint(.noSpeech) : nil }
    if let hypothesis, !hypothesis.isSpeech {
      // Sound that was taken for speech.
      return isLate ? Endpoint(.noSpeech, cut: 0) : nil
    }
    if let endpoint = pause(after: end, speech, isRecognizing: isRecognizing) { return endpoint }
    if let endpoint = background(speech) { return endpoint }
    if let hypothesis, case .sound = hypothesis.candidate, let command = FinishedCommand(in: hypothesis) {
      let cut = Self.frames(command.end)
      if now - cut >= Self.frames(Self.unrelatedSeconds) { return Endpoint(.unrelated, cut: cut) }
    }
    return nil
  }

  /// The end by silence.
  private func pause(after end: Int, _ speech: SpeechProgress, isRecognizing: Bool) -> Endpoint? {
    guard speech.judged > end else { return nil }
    var ending = SentenceEnding.undecided
    if case .silence = hypothesis?.candidate, let hypothesis { ending = hypothesis.ending }
    if let start = speech.speechStart, start < Self.wakeWord.start, end - start < Self.wakeWord.length {
      ending = .open
    }
    // A hypothesis on its way is the answer as well, so nothing is lost by waiting for it.
    let seconds = isRecognizing && hypothesis == nil ? times.open : times.silence(after: ending)
    let isOver = hasPassed(seconds, since: end, sound: speech.soundEnd, speech)
    return isOver ? Endpoint(Endpoint.Reason(ending)) : nil
  }

  /// The end of the voice that gave the command, while a weaker one goes on.
  private func background(_ speech: SpeechProgress) -> Endpoint? {
    guard let hypothesis, case .background(let voiceEnd) = hypothesis.candidate else { return nil }
    let ending = hypothesis.ending
    let seconds =
      ending == .complete
      ? times.complete : max(Self.leastBackground, min(times.silence(after: ending), times.undecided))
    let isOver = hasPassed(seconds, since: voiceEnd, sound: speech.loudEnd, speech)
    return isOver ? Endpoint(.background, cut: voiceEnd) : nil
  }

  /// True if a time has passed since a frame. Sound at its end may be the beginning of speech, and is waited for.
  private func hasPassed(_ seconds: Double, since frame: Int, sound: Int?, _ speech: SpeechProgress) -> Bool {
    let isSound = sound.map { speech.judged - $0 < Self.onset.quiet } ?? false
    return speech.judged - frame >= Self.frames(isSound ? seconds + Self.onset.seconds : seconds)
  }

  /// Returns a time in feature frames of 10 ms.
  private static func frames(_ seconds: Double) -> Int { Int((seconds * 100).rounded()) }
}

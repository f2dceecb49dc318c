internal import Transducer

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
  /// The end of the latest hypothesis or attempt in sound that does not end.
  private var lastProbe = 0

  /// The silence after which recognition of the text begins, in frames: the pad that is recognized with it.
  private let pad: Int
  /// The time for which the voice must be gone until a text without it is recognized, in frames.
  private static let backgroundPad = 40
  /// The time for which the voice must be gone beyond that of silence, in seconds: a speaker grows softer, too.
  private static let backgroundDelay = 0.05
  /// The longest time for which the voice must be gone, in seconds.
  private static let longestBackground = 1.4
  /// The time between two hypotheses of sound that does not end, in frames.
  private static let probeInterval = 250
  /// The speech after a command that shows that it is none, in seconds.
  private static let unrelatedSeconds = 4.0
  /// The end of a wake word: speech from the beginning, and its longest duration, in frames.
  private static let wakeWord = (start: 30, length: 50)

  /// - Parameters:
  ///   - times: The times of silence and the limits.
  ///   - trailingPad: The silence that is recognized with speech, in seconds.
  public init(_ times: EndpointTimes, trailingPad: Double) {
    self.times = times
    pad = Int((trailingPad * SpeechProgress.frameRate).rounded())
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
    if speech.judged - max(start, lastProbe) >= Self.probeInterval {
      lastProbe = speech.judged
      return .sound(speech.judged)
    }
    if case .sound = candidate { return candidate }
    return nil
  }

  private func endpoint(_ speech: SpeechProgress, isRecognizing: Bool) -> Endpoint? {
    let seconds = Self.seconds(speech.judged)
    if seconds >= times.longest { return Endpoint(.longest) }
    guard let end = speech.speechEnd else { return seconds >= times.noSpeech ? Endpoint(.noSpeech) : nil }
    if let hypothesis, !hypothesis.isSpeech {
      // Sound that was taken for speech.
      return seconds >= times.noSpeech ? Endpoint(.noSpeech, cut: 0) : nil
    }
    if let endpoint = pause(after: end, speech, isRecognizing: isRecognizing) { return endpoint }
    if let endpoint = background(speech) { return endpoint }
    if let hypothesis, case .sound = hypothesis.candidate, let sentence = FinishedCommand(in: hypothesis),
      seconds - sentence.end >= Self.unrelatedSeconds
    {
      return Endpoint(.unrelated, cut: Int((sentence.end * SpeechProgress.frameRate).rounded(.up)))
    }
    return nil
  }

  /// The end by silence.
  private func pause(after end: Int, _ speech: SpeechProgress, isRecognizing: Bool) -> Endpoint? {
    let silence = Self.seconds(speech.judged - end)
    guard silence > 0 else { return nil }
    var ending = SentenceEnding.undecided
    if case .silence = hypothesis?.candidate, let hypothesis {
      ending = SentenceEnding(of: hypothesis.text.words, language: hypothesis.language)
    }
    if let start = speech.speechStart, start < Self.wakeWord.start, end - start < Self.wakeWord.length {
      ending = .open
    }
    // A hypothesis on its way is the answer as well, so nothing is lost by waiting for it.
    let limit = isRecognizing && hypothesis == nil ? times.open : times.silence(after: ending)
    return silence >= limit ? Endpoint(Endpoint.Reason(ending)) : nil
  }

  /// The end of the voice that gave the command, while a weaker one goes on.
  private func background(_ speech: SpeechProgress) -> Endpoint? {
    guard let hypothesis, case .background(let voiceEnd) = hypothesis.candidate else { return nil }
    let gone = Self.seconds(speech.judged - voiceEnd)
    let ending = SentenceEnding(of: hypothesis.text.words, language: hypothesis.language)
    let limit = min(
      times.silence(after: ending) + Self.backgroundDelay, max(Self.longestBackground, times.undecided))
    return gone >= limit ? Endpoint(.background, cut: voiceEnd) : nil
  }

  private static func seconds(_ frames: Int) -> Double { Double(frames) / SpeechProgress.frameRate }
}

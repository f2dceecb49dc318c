import Testing
import Transducer

@testable import Endpointing

@Suite struct `An endpoint detector` {
  @Test(arguments: [
    ("Stop.", 0.55, Endpoint.Reason.complete), ("Turn on the light.", 0.88, .likely),
    ("Lamps.", 1.2, .undecided),
    ("Turn on the.", 1.6, .open),
  ])
  func `an utterance ends after a silence that depends on its text`(
    text: String, silence: Double, reason: Endpoint.Reason
  ) {
    var listener = Listener()
    listener.text = text
    let end = listener.hear(speech: 100..<300, upTo: 1000)
    #expect(end == Listener.End(seconds: 3 + silence, Endpoint(reason)))
  }

  @Test func `an utterance without a text ends after the middle time`() {
    var listener = Listener()
    #expect(listener.hear(speech: 100..<300, upTo: 1000)?.seconds == 4.2)
  }

  @Test func `a text on its way is waited for, but no longer than for an open one`() {
    var listener = Listener()
    listener.text = "Turn on the light in the kitchen."
    listener.delay = 100
    // Recognition begins 0.3 s after the speech.
    #expect(listener.hear(speech: 100..<300, upTo: 1000)?.seconds == 4.3)
    listener = Listener()
    listener.delay = 10_000
    listener.text = "Turn on the light in the kitchen."
    #expect(listener.hear(speech: 100..<300, upTo: 1000)?.seconds == 4.6)
  }

  @Test func `speech that resumes takes its text back`() {
    var listener = Listener()
    listener.text = "Turn on the."
    #expect(listener.hear(speech: 100..<200, upTo: 300) == nil)
    listener.text = "Turn on the light in the kitchen."
    #expect(listener.hear(speech: 100..<400, from: 300, upTo: 1000)?.seconds == 4.55)
    #expect(listener.candidates == [.silence(200), .silence(400)])
  }

  @Test func `a text of an earlier pause decides nothing`() {
    var detector = EndpointDetector(EndpointTimes(), trailingPad: 0.3)
    _ = detector.update(SpeechProgress(judged: 330, speechStart: 100, speechEnd: 300), isRecognizing: true)
    detector.hear(Hypothesis(.silence(200), spoken("Turn on the light in the kitchen."), language: "en"))
    #expect(detector.hypothesis == nil)
  }

  @Test func `audio without speech is answered after its own time`() {
    var listener = Listener()
    #expect(listener.hear(speech: nil, upTo: 1000) == Listener.End(seconds: 5, Endpoint(.noSpeech)))
  }

  @Test func `sound in which no words were recognized counts as no speech`() {
    var listener = Listener()
    listener.text = ""
    #expect(
      listener.hear(speech: 100..<200, upTo: 1000) == Listener.End(seconds: 5, Endpoint(.noSpeech, cut: 0)))
    listener = Listener()
    listener.text = ""
    // The sound does not end, so that it is recognized every few seconds.
    #expect(listener.hear(speech: 0..<2000, upTo: 2000)?.endpoint == Endpoint(.noSpeech, cut: 0))
    #expect(listener.candidates.first == .sound(250))
  }

  @Test func `the rest of the wake word does not end the utterance`() {
    var listener = Listener()
    listener.text = "Okay there."
    #expect(listener.hear(speech: 0..<30, upTo: 150) == nil)
  }

  @Test func `a weaker voice behind the command does not hold the answer`() {
    var listener = Listener()
    listener.text = "Turn on the light in the kitchen."
    let end = listener.hear(speech: 50..<1500, voiceEnd: 300, upTo: 1500)
    #expect(end == Listener.End(seconds: 3.55, Endpoint(.background, cut: 300)))
    listener = Listener()
    listener.text = "Turn on the."
    #expect(listener.hear(speech: 50..<1500, voiceEnd: 300, upTo: 1500)?.seconds == 4.3)
  }

  @Test func `speech that is no command ends the command before it`() {
    var listener = Listener()
    listener.text = "Stop. Prices rose again last year."
    let end = listener.hear(speech: 0..<1500, upTo: 1500)
    // The words take a second each.
    #expect(end == Listener.End(seconds: 5, Endpoint(.unrelated, cut: 100)))
  }

  @Test func `sound at the end of a silence is waited for, because it may be the beginning of speech`() {
    var detector = EndpointDetector(EndpointTimes(), trailingPad: 0.3)
    func end(judged: Int, soundEnd: Int) -> Endpoint? {
      detector.update(
        SpeechProgress(judged: judged, speechStart: 100, speechEnd: 300, soundEnd: soundEnd),
        isRecognizing: false)
    }
    #expect(end(judged: 420, soundEnd: 418) == nil)
    #expect(end(judged: 448, soundEnd: 448) == nil)
    #expect(end(judged: 450, soundEnd: 450) == Endpoint(.undecided))
    #expect(end(judged: 421, soundEnd: 400) == Endpoint(.undecided))
  }

  @Test func `an utterance never becomes longer than its limit`() {
    var listener = Listener()
    listener.text = "And then we went on and"
    #expect(listener.hear(speech: 0..<3000, upTo: 3000) == Listener.End(seconds: 15, Endpoint(.longest)))
  }

  @Test func `many voices that nobody understands are no speech`() {
    var listener = Listener()
    listener.text = "On the lists of the lamp"
    listener.confidence = 0.4
    #expect(
      listener.hear(speech: 0..<2000, upTo: 2000) == Listener.End(seconds: 5, Endpoint(.noSpeech, cut: 0)))
  }

  @Test func `sensitivity moves the times of silence only`() {
    let times = EndpointTimes()
    let relaxed = times.scaled(by: EndpointSensitivity.relaxed.factor)
    let aggressive = times.scaled(by: EndpointSensitivity.aggressive.factor)
    #expect(relaxed.complete > times.complete && aggressive.complete < times.complete)
    #expect(relaxed.undecided > times.undecided && aggressive.undecided < times.undecided)
    #expect(relaxed.open > times.open && aggressive.open < times.open)
    #expect(relaxed.noSpeech == times.noSpeech && relaxed.longest == times.longest)
    #expect(EndpointSensitivity(rawValue: "default")?.factor == 1)
  }
}

/// Feeds a detector frame by frame, and recognizes its candidates.
private struct Listener {
  struct End: Equatable {
    var seconds: Double
    var endpoint: Endpoint

    init(seconds: Double, _ endpoint: Endpoint) {
      self.seconds = (seconds * 100).rounded() / 100
      self.endpoint = endpoint
    }
  }

  var detector = EndpointDetector(EndpointTimes(), trailingPad: 0.3)
  /// The text of each candidate; `nil` if nothing is recognized.
  var text: String?
  var confidence: Float = 1
  /// The time that recognition takes, in frames.
  var delay = 0
  private(set) var candidates: [EndpointCandidate] = []
  /// The candidate that is being recognized, and the frame at which its text comes.
  private var work: (candidate: EndpointCandidate, ready: Int)?

  mutating func hear(
    speech: Range<Int>?, voiceEnd: Int? = nil, from start: Int = 0, upTo end: Int
  ) -> End? {
    for judged in start...end {
      var progress = SpeechProgress(judged: judged)
      if let speech, judged > speech.lowerBound {
        progress.speechStart = speech.lowerBound
        progress.speechEnd = min(judged, speech.upperBound)
        progress.voiceEnd = min(judged, voiceEnd ?? speech.upperBound)
      }
      if let work, judged >= work.ready, let text {
        detector.hear(Hypothesis(work.candidate, spoken(text, confidence), language: "en"))
        self.work = nil
      }
      if let endpoint = detector.update(
        progress, isRecognizing: work?.candidate == detector.candidate && work != nil)
      {
        return End(seconds: Double(judged) / 100, endpoint)
      }
      guard let candidate = detector.candidate, candidate != candidates.last, text != nil else { continue }
      candidates.append(candidate)
      work = (candidate, judged + delay)
    }
    return nil
  }
}

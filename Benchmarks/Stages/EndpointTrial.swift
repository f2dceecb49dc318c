import Devices
import Endpointing
import FoundationEssentials
import ModelStore
import Recognition
import SpeechEngine
import SpeechFeatures
import Transducer

/// Where the end of speech is heard in a recording, in virtual time: recognition takes none.
struct EndpointTrial: Encodable {
  let file: String
  /// The position at which the end was decided, in seconds; `nil` if it never was.
  var end: Double?
  var reason: String?
  var text = ""
  /// The time from the decision to the transcript, in milliseconds.
  var finishMilliseconds = 0.0
  var hypotheses: [Text] = []

  /// A text that was recognized before the end.
  struct Text: Encodable {
    /// The position, in seconds.
    var at: Double
    var text: String
    /// What it says about the end, or the kind of the place for which it was recognized.
    var state: String
    /// The beginning and the end of each word, in seconds, and its confidence.
    var words: [[Double]]
  }

  enum CodingKeys: String, CodingKey {
    case file, end, reason, text, hypotheses
    case finishMilliseconds = "finish_ms"
  }

  /// Runs a recording through a recognizer, as fast as it can.
  init(of file: String, by recognizer: Recognizer, _ times: EndpointTimes) async throws {
    self.file = file
    let recording = try samples(of: file)
    let live = recognizer.listen(endingAfter: times)
    var seen: Hypothesis?
    for start in stride(from: 0, to: recording.count, by: LogMelExtractor.hop) {
      end = await live.appendUntilEnd(
        Array(recording[start..<min(start + LogMelExtractor.hop, recording.count)]))
      if let hypothesis = live.hypothesis, hypothesis != seen {
        seen = hypothesis
        hypotheses.append(Text(hypothesis, at: Double(start) / Double(LogMelExtractor.sampleRate)))
      }
      if end != nil { break }
    }
    let clock = ContinuousClock()
    let begin = clock.now
    let transcript = try await live.finish()
    finishMilliseconds = (clock.now - begin) / .milliseconds(1)
    text = transcript.text
    reason = transcript.endpoint?.rawValue
  }
}

extension EndpointTrial.Text {
  init(_ hypothesis: Hypothesis, at seconds: Double) {
    let ending = hypothesis.ending.rawValue
    let state =
      switch hypothesis.candidate {
      case .silence: ending
      case .background: "background, \(ending)"
      case .sound: "sound"
      }
    self.init(
      at: seconds, text: hypothesis.text.text, state: state,
      words: hypothesis.text.words.map { [$0.start, $0.end, Double($0.confidence)] })
  }
}

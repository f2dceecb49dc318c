internal import Glibc
public import JSON
internal import Subtitling
public import Transducer

/// The transcript of a recording, to be written in the format of a request.
public struct TranscriptionResult: Sendable {
  /// The text with the times of its words and tokens.
  public var text: SpokenText
  /// The language; `nil` if it is not clear.
  public var language: String?
  /// The duration of the recording, in seconds.
  public var seconds: Double

  /// Creates a result.
  public init(text: SpokenText, language: String?, seconds: Double) {
    self.text = text
    self.language = language
    self.seconds = seconds
  }

  /// Returns the body of the answer and its content type.
  public func body(for request: TranscriptionRequest) -> (content: String, contentType: String) {
    switch request.format {
    case .json: (JSONValue.object(fields(for: request)).line, "application/json")
    case .verboseJSON: (JSONValue.object(verboseFields(for: request)).line, "application/json")
    case .text: (text.text + "\n", "text/plain; charset=utf-8")
    case .srt: (Subtitles(text.words).subRip + "\n", "application/x-subrip; charset=utf-8")
    case .vtt: (Subtitles(text.words).webVTT + "\n", "text/vtt; charset=utf-8")
    }
  }

  /// Returns the last event of a stream.
  public func doneEvent(for request: TranscriptionRequest) -> JSONValue {
    let fields = request.format == .verboseJSON ? verboseFields(for: request) : fields(for: request)
    return .object(fields.merging(["type": .string("transcript.text.done")]) { $1 })
  }

  /// Returns the event of a part of the text that is final.
  ///
  /// - Parameter end: The part of the recording that is recognized, in seconds.
  public static func deltaEvent(_ delta: String, end: Double) -> JSONValue {
    .object([
      "type": .string("transcript.text.delta"), "delta": .string(delta),
      "end": .rounded(end, to: 1000),
    ])
  }

  private func fields(for request: TranscriptionRequest) -> [String: JSONValue] {
    var fields: [String: JSONValue] = ["text": .string(text.text), "usage": usage]
    if let languages { fields["languages"] = languages }
    if request.hasLogprobs { fields["logprobs"] = text.logprobs }
    return fields
  }

  private func verboseFields(for request: TranscriptionRequest) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "task": .string("transcribe"), "language": .string(language ?? "und"),
      "duration": .rounded(seconds, to: 1000), "text": .string(text.text), "usage": usage,
    ]
    if request.granularities.contains(.segment) { fields["segments"] = segments }
    if request.granularities.contains(.word) { fields["words"] = .array(text.words.map(\.timed)) }
    return fields
  }

  /// The duration for which a server would be paid.
  var usage: JSONValue {
    .object(["type": .string("duration"), "seconds": .rounded(seconds, to: 1000)])
  }

  /// The language as a list, as clients expect it; `nil` if it is not clear.
  var languages: JSONValue? { language.map { .array([.object(["code": .string($0)])]) } }

  /// The cues of the subtitles. Clients require Whisper's measures, which have no meaning here.
  private var segments: JSONValue {
    var firstToken = 0
    return .array(
      Subtitles(text.words).cues.enumerated().map { index, cue in
        // The tokens up to the end of the cue's last word: marks can lie between two words.
        let end = text.words[cue.words].map(\.end).max() ?? cue.end
        let isLast = cue.words.upperBound == text.words.count
        let count =
          isLast ? text.tokens.count - firstToken : text.tokens[firstToken...].prefix { $0.end <= end }.count
        let tokens = text.tokens[firstToken..<firstToken + count]
        firstToken += count
        let logprobs = tokens.map(\.logprob)
        return .object([
          "id": .integer(index), "seek": .integer(0), "start": .rounded(cue.start, to: 1000),
          "end": .rounded(cue.end, to: 1000), "text": .string(cue.lines.joined(separator: " ")),
          "tokens": .array(tokens.map { .integer(Int($0.id)) }), "temperature": .integer(0),
          "avg_logprob": .rounded(logprobs.reduce(0, +) / Double(max(1, logprobs.count)), to: 10_000),
          "compression_ratio": .integer(1), "no_speech_prob": .integer(0),
        ])
      })
  }
}

extension SpokenText {
  /// The natural logarithm of the probability of each token.
  public var logprobs: JSONValue {
    .array(
      tokens.map { token in
        .object([
          "token": .string(token.text), "bytes": .array(token.text.utf8.map { .integer(Int($0)) }),
          "logprob": .number(token.logprob),
        ])
      })
  }
}

extension SpokenText.Token {
  /// The natural logarithm of the token's probability, finite also for a probability of 0.
  fileprivate var logprob: Double { log(Double(max(confidence, Float.leastNormalMagnitude))) }
}

extension SpokenText.Word {
  /// The word with its times and our confidence.
  public var timed: JSONValue {
    .object([
      "word": .string(text), "start": .rounded(start, to: 1000), "end": .rounded(end, to: 1000),
      "confidence": .rounded(Double(confidence), to: 10_000),
    ])
  }
}

public import Transducer

/// What a client wants of a recording: the fields of `POST /v1/audio/transcriptions` without the file.
public struct TranscriptionRequest: Sendable, Equatable {
  /// The format of the answer.
  public enum Format: String, Sendable, CaseIterable {
    case json, text, srt, vtt
    case verboseJSON = "verbose_json"
  }

  /// The parts of a transcript that have times.
  public enum Granularity: String, Sendable, CaseIterable {
    case segment, word
  }

  /// The name of the model; `nil` for the address's own.
  public var model: String?
  /// The spoken language.
  public var language: String?
  /// The names that are said, the client's own first.
  public var phrases: [BoostedPhrase] = []
  /// The format of the answer.
  public var format = Format.json
  /// The parts that have times in verbose JSON.
  public var granularities: Set<Granularity> = [.segment]
  /// True if the answer has the probability of each token.
  public var hasLogprobs = false
  /// True if the answer is a stream of events.
  public var streams = false

  /// Creates a request with the default values.
  public init() {}

  /// True if the two requests have the same transcript of the same recording.
  public func recognizes(like other: TranscriptionRequest) -> Bool {
    model == other.model && language == other.language && phrases == other.phrases
  }
}

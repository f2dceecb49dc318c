public import Transducer

/// The fields of a transcription's form, collected in any order.
public struct TranscriptionForm: Sendable {
  /// The most bytes of a field that is no file.
  public static let longestField = 65_536

  private var model: String?
  private var language: String?
  private var languages: [String] = []
  private var keywords: [String] = []
  private var prompt: String?
  private var format = TranscriptionRequest.Format.json
  private var granularities: Set<TranscriptionRequest.Granularity> = []
  private var hasLogprobs = false
  private var streams = false

  /// Creates an empty form.
  public init() {}

  /// Takes a field. Unknown fields are ignored, as other servers have fields of their own.
  ///
  /// - Throws: ``APIError`` if the value is wrong.
  public mutating func take(_ name: String, _ value: String) throws(APIError) {
    switch name {
    case "model": model = value
    case "language": language = value.isEmpty ? nil : value
    case "languages", "languages[]": languages.append(value)
    case "keywords", "keywords[]": keywords.append(value)
    case "prompt": prompt = value
    case "response_format": format = try Self.format(value)
    case "timestamp_granularities", "timestamp_granularities[]":
      for item in value.split(whereSeparator: { ", []\"'".contains($0) }) {
        granularities.insert(try Self.choice(String(item), of: name))
      }
    case "include", "include[]":
      guard value == "logprobs" else {
        throw Self.refusal(of: name, value, expected: "logprobs")
      }
      hasLogprobs = true
    case "stream":
      switch value.lowercased() {
      case "true", "1": streams = true
      case "false", "0", "": streams = false
      default: throw Self.refusal(of: name, value, expected: "true or false")
      }
    case "temperature":
      guard let temperature = Double(value), (0...1).contains(temperature) else {
        throw Self.refusal(of: name, value, expected: "a number from 0 to 1")
      }
    case "known_speaker_names", "known_speaker_names[]", "known_speaker_references",
      "known_speaker_references[]":
      throw APIError(400, "\(name): speakers are not told apart here; leave the field out.", param: name)
    default: break
    }
  }

  /// Checks that the fields of a complete form go together.
  public func check() throws(APIError) {
    if hasLogprobs, format != .json {
      throw APIError(
        400, "include[]=logprobs needs response_format json, not \(format.rawValue).", param: "include")
    }
    if !granularities.isEmpty, format != .verboseJSON {
      throw APIError(
        400, "timestamp_granularities[] needs response_format verbose_json, not \(format.rawValue).",
        param: "timestamp_granularities")
    }
    if streams, format == .srt || format == .vtt {
      throw APIError(
        400, "stream=true needs response_format json, text or verbose_json, not \(format.rawValue).",
        param: "stream")
    }
  }

  /// The request that the fields so far make.
  public var request: TranscriptionRequest {
    var request = TranscriptionRequest()
    request.model = model
    request.language = language ?? (languages.count == 1 ? languages[0] : nil)
    request.phrases = ExpectedNames(keywords: keywords, prompt: prompt).phrases
    request.format = format
    if !granularities.isEmpty { request.granularities = granularities }
    request.hasLogprobs = hasLogprobs
    request.streams = streams
    return request
  }

  private static func format(_ value: String) throws(APIError) -> TranscriptionRequest.Format {
    if value == "diarized_json" {
      throw APIError(
        400, "response_format diarized_json: speakers are not told apart here; use verbose_json.",
        param: "response_format")
    }
    return try choice(value, of: "response_format")
  }

  private static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ value: String, of name: String
  ) throws(APIError) -> Value {
    guard let choice = Value(rawValue: value) else {
      throw refusal(of: name, value, expected: Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private static func refusal(of name: String, _ value: String, expected: String) -> APIError {
    APIError(
      400, "\(name) is '\(value.shown())', expected \(expected).", param: name, code: "invalid_value")
  }
}

/// The names that a client expects to be said.
public struct ExpectedNames: Sendable, Equatable {
  /// The names; those of the prompt are preferred less.
  public var phrases: [BoostedPhrase]

  /// The most words of a piece of a prompt that is taken for a name.
  private static let longestName = 5

  /// Reads the names from a client's fields.
  ///
  /// - Parameters:
  ///   - keywords: One or more names each, between commas.
  ///   - prompt: Free text. Its pieces between commas, semicolons and line breaks are names, unless they are long.
  public init(keywords: [String], prompt: String?) {
    let pieces = Self.pieces(of: prompt ?? "").filter { $0.split(separator: " ").count <= Self.longestName }
    phrases =
      keywords.flatMap(Self.pieces).map { BoostedPhrase($0) } + pieces.map { BoostedPhrase($0, weight: 0.5) }
  }

  private static func pieces(of text: String) -> [String] {
    text.split { ",;:\n\r\r\n".contains($0) }.map { piece in
      piece.split { $0.isWhitespace || $0 == "." }.joined(separator: " ")
    }.filter { !$0.isEmpty }
  }
}

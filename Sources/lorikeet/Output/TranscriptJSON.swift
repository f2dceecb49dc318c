internal import Devices
internal import FoundationEssentials
internal import Recognition
internal import Transducer

/// A transcript as JSON. Times are in seconds. The keys are a stable interface.
struct TranscriptJSON: Encodable {
  private let file: String
  private let text: String
  private let language: String?
  private let isLanguageDetected: Bool
  private let audioSeconds: Double
  private let tokens: [Token]
  private let words: [Word]
  private let timings: Timings
  private let device: String?
  private let bucket: Double?
  private let isFromCache: Bool
  private let fallbackReason: String?
  private let precision: String
  private let model: String

  private struct Token: Encodable {
    let id: Int32
    let text: String
    let start, end, confidence: Double
  }

  private struct Word: Encodable {
    let text: String
    let start, end, confidence: Double
  }

  private struct Timings: Encodable {
    let features, encoder, decoder, total: Double
    let decoderSteps: Int
  }

  init(_ transcript: Transcript, file: String) {
    self.file = file
    text = transcript.text
    language = transcript.language
    isLanguageDetected = transcript.isLanguageDetected
    audioSeconds = rounded(transcript.audioSeconds)
    tokens = transcript.spoken.tokens.map {
      Token(
        id: $0.id, text: $0.text, start: rounded($0.start), end: rounded($0.end),
        confidence: rounded(Double($0.confidence), to: 10_000))
    }
    words = transcript.spoken.words.map {
      Word(
        text: $0.text, start: rounded($0.start), end: rounded($0.end),
        confidence: rounded(Double($0.confidence), to: 10_000))
    }
    let measured = transcript.timings
    timings = Timings(
      features: rounded(measured.features, to: 1e6), encoder: rounded(measured.encoder, to: 1e6),
      decoder: rounded(measured.decoder, to: 1e6), total: rounded(measured.total, to: 1e6),
      decoderSteps: measured.decoderSteps)
    device = transcript.device
    bucket = transcript.bucket
    isFromCache = transcript.isFromCache
    fallbackReason = transcript.fallbackReason
    precision = transcript.precision.rawValue
    model = transcript.model
  }

  private enum CodingKeys: String, CodingKey {
    case file, text, language, tokens, words, timings, device, bucket, precision, model
    case fallbackReason = "detour"
    case isLanguageDetected = "language_detected"
    case isFromCache = "from_cache"
    case audioSeconds = "audio_seconds"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(file, forKey: .file)
    try container.encode(text, forKey: .text)
    try container.encode(audioSeconds, forKey: .audioSeconds)
    try container.encode(tokens, forKey: .tokens)
    try container.encode(words, forKey: .words)
    try container.encode(timings, forKey: .timings)
    try container.encode(precision, forKey: .precision)
    try container.encode(model, forKey: .model)
    // Always present, null if unknown, so that readers need not test for the key.
    try container.encode(language, forKey: .language)
    try container.encode(isLanguageDetected, forKey: .isLanguageDetected)
    try container.encode(device, forKey: .device)
    try container.encode(bucket, forKey: .bucket)
    try container.encode(isFromCache, forKey: .isFromCache)
    try container.encode(fallbackReason, forKey: .fallbackReason)
  }

  /// The object in one line.
  var line: String { JSONLine.of(self) }
}

internal import Concurrency
internal import Devices
internal import SpeechFeatures
internal import Transducer

/// Joins the results of an utterance's windows, in order, into a transcript.
struct TranscriptAssembly: Sendable {
  private let model: ModelDescription
  private let languages: SpokenLanguages
  /// The final text, a segment for each stretch between two pauses.
  private(set) var segments: [SpokenText] = []
  /// The tokens of the last windows, if the next one continues them, and the feature frame where these windows end.
  private var open: (emissions: [Emission], end: Int)?
  private var timings = Transcript.Timings()
  private var boostedTokens = 0
  private var last: WindowResult?
  private var fallbackReason: String?

  init(for recognizer: some WindowRecognizer) {
    model = recognizer.model
    languages = recognizer.languages
  }

  /// The feature frame up to which the utterance is recognized.
  var end: Int { last?.window.frames.upperBound ?? 0 }

  /// Adds the result of the next window.
  ///
  /// - Parameter audioSeconds: The duration of the utterance so far, in seconds; no word ends later.
  mutating func add(_ result: WindowResult, audioSeconds: Double) {
    timings.encoder += result.encoderSeconds
    timings.decoder += result.decoderSeconds
    timings.decoderSteps += result.decoderSteps
    boostedTokens += result.boostedTokens
    fallbackReason = fallbackReason ?? result.fallbackReason
    last = result
    let subsampling = model.subsampling
    let frames = result.window.frames
    var emissions = result.emissions
    if let open {
      emissions = OverlapMerge.merged(
        open.emissions, emissions, overlap: frames.lowerBound / subsampling..<open.end / subsampling
      ) { model.vocabulary.pieces[Int($0)].first == " " }
    }
    guard !result.window.isContinued else {
      open = (emissions, frames.upperBound)
      return
    }
    open = nil
    let segment = SpokenText(
      emissions, vocabulary: model.vocabulary,
      frameSeconds: Double(subsampling) / Double(LogMelExtractor.frameRate),
      limit: min(audioSeconds, Utterance.seconds(frames.upperBound)))
    if !segment.tokens.isEmpty { segments.append(segment) }
  }

  /// Returns the transcript of all windows that were added.
  ///
  /// - Parameter language: The requested language; `nil` to detect it from the text.
  func transcript(language: String?, audioSeconds: Double) -> Transcript {
    var transcript = Transcript(
      segments: segments, language: language, audioSeconds: audioSeconds, timings: timings,
      device: last?.device, bucket: last?.bucket, isFromCache: last?.isFromCache ?? false,
      fallbackReason: fallbackReason, boostedTokens: boostedTokens,
      precision: last?.precision ?? .auto, model: model.name)
    if language == nil {
      transcript.language = languages.language(of: transcript.text)
      transcript.isLanguageDetected = transcript.language != nil
    }
    return transcript
  }
}

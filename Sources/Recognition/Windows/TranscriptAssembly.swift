internal import Concurrency
internal import Devices
internal import SpeechFeatures
internal import Transducer

/// Puts together what the windows of an utterance give, in their order.
struct TranscriptAssembly: Sendable {
  private let model: ModelDescription
  private let languages: SpokenLanguages
  /// What is said, a text for each stretch between two places where nobody speaks; they are final.
  private(set) var segments: [SpokenText] = []
  /// The tokens of the last windows, if the next one goes on with them, and the feature frame where those end.
  private var open: (emissions: [Emission], end: Int)?
  private var timings = Transcript.Timings()
  private var last: WindowResult?
  private var fallbackReason: String?

  init(for recognizer: some WindowRecognizer) {
    model = recognizer.model
    languages = recognizer.languages
  }

  /// The feature frame up to which all is recognized.
  var end: Int { last?.window.frames.upperBound ?? 0 }

  /// Takes what the next window gave.
  ///
  /// - Parameter audioSeconds: Of the utterance so far; no word lasts longer.
  mutating func add(_ answer: WindowResult, audioSeconds: Double) {
    timings.encoder += answer.encoderSeconds
    timings.decoder += answer.decoderSeconds
    timings.decoderSteps += answer.decoderSteps
    fallbackReason = fallbackReason ?? answer.fallbackReason
    last = answer
    let subsampling = model.subsampling
    let frames = answer.window.frames
    var emissions = answer.emissions
    if let open {
      emissions = OverlapMerge.merged(
        open.emissions, emissions, overlap: frames.lowerBound / subsampling..<open.end / subsampling
      ) { model.vocabulary.pieces[Int($0)].first == " " }
    }
    guard !answer.window.isContinued else {
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

  /// The transcript of all that was added.
  ///
  /// - Parameter language: The language asked for; if none was, the text tells it.
  func transcript(language: String?, audioSeconds: Double) -> Transcript {
    var transcript = Transcript(
      segments: segments, language: language, audioSeconds: audioSeconds, timings: timings,
      device: last?.device, bucket: last?.bucket, isFromCache: last?.isFromCache ?? false,
      fallbackReason: fallbackReason,
      precision: last?.precision ?? .auto, model: model.name)
    if language == nil {
      transcript.language = languages.language(of: transcript.text)
      transcript.isLanguageDetected = transcript.language != nil
    }
    return transcript
  }
}

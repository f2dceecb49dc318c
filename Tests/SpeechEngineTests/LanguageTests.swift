import Audio
import Devices
import FoundationEssentials
import ModelStore
import Support
import Synchronization
import Testing
import Transducer

@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

/// Runs `body` with the built-in model under another vocabulary: of its pieces with letters a third is Cyrillic, a
/// third Greek.
private func withMixedModel<Result>(_ body: (ModelDirectory) async throws -> Result) async throws -> Result {
  try await withTemporaryDirectory { directory in
    let builtin = try ModelDirectory.find("builtin")
    for file in ["encoder-model.onnx", "decoder_joint-model.onnx"] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: file).path, withDestinationPath: "\(builtin.path)/\(file)")
    }
    let lines = builtin.vocabulary.pieces.enumerated().map { id, piece in
      guard id % 3 > 0, !builtin.vocabulary.isSpecial(Int32(id)), piece.contains(where: \.isLetter) else {
        return "\(piece.replacing(" ", with: "\u{2581}")) \(id)\n"
      }
      return id % 3 == 1 ? "\u{2581}ж\(id) \(id)\n" : "\u{2581}ψ\(id) \(id)\n"
    }
    try lines.joined().write(to: directory.appending(path: "vocab.txt"), atomically: true, encoding: .utf8)
    try #"{"model_type": "nemo-conformer-tdt", "features_size": 128, "subsampling_factor": 8}"#
      .write(to: directory.appending(path: "config.json"), atomically: true, encoding: .utf8)
    return try await body(ModelDirectory(path: directory.path))
  }
}

private func transcript(
  _ recording: String, _ recognizer: Recognizer, language: String?
) async throws -> Transcript {
  try await recognizer.transcribe(Fixtures.samples(recording), in: SpeechContext(language: language))
}

private let settings = ComputeSettings(device: .cpu, precision: .f32)

@Suite struct `Requested languages` {
  @Test func `a requested language keeps letters of other scripts out of the transcript`() async throws {
    try await withMixedModel { model in
      let recognizer = Recognizer(model: model, settings: settings, listening: .everything)
      let free = try await transcript("es-01.wav", recognizer, language: nil)
      #expect(free.text.contains("ж") && free.text.contains("ψ"))
      for language in ["es", "es-ES", "en_US"] {
        let spanish = try await transcript("es-01.wav", recognizer, language: language)
        #expect(!spanish.text.contains("ж") && !spanish.text.contains("ψ"))
        #expect(spanish.spoken.tokens.count > 3)
        #expect(spanish.spoken.tokens.allSatisfy { $0.confidence > 0 && $0.confidence <= 1 })
      }
      let greek = try await transcript("es-01.wav", recognizer, language: "el")
      #expect(!greek.text.contains("ж") && greek.text.contains("ψ"))
      // The mask of one utterance does not apply to the next.
      let again = try await transcript("es-01.wav", recognizer, language: nil)
      #expect(again.spoken == free.spoken)
    }
  }

  @Test func `a requested language masks no letters if forcing the script is turned off`() async throws {
    try await withMixedModel { model in
      var listening = ListeningSettings.everything
      listening.forcesScript = false
      let recognizer = Recognizer(model: model, settings: settings, listening: listening)
      let free = try await transcript("es-01.wav", recognizer, language: nil)
      #expect(try await transcript("es-01.wav", recognizer, language: "es").spoken == free.spoken)
    }
  }

  @Test func `an unknown requested language masks no letters and is reported once`() async throws {
    let reports = Mutex<[RecognitionEvent]>([])
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: settings, listening: .everything
    ) { event in
      if case .unknownLanguage = event { reports.withLock { $0.append(event) } }
    }
    let free = try await transcript("en-01.wav", recognizer, language: nil)
    for _ in 0..<2 {
      let passed = try await transcript("en-01.wav", recognizer, language: "zh-Hans")
      #expect(passed.spoken == free.spoken)
      #expect(passed.language == "zh-Hans" && !passed.isLanguageDetected)
    }
    recognizer.reportUnsupported(language: "tl\u{1B}h\n")
    #expect(
      reports.withLock { $0 } == [
        .unknownLanguage("zh-Hans", model: "builtin"), .unknownLanguage("tlh", model: "builtin"),
      ])
    recognizer.reportUnsupported(language: "")
    for number in 0..<100 { recognizer.reportUnsupported(language: "x\(number)") }
    #expect(reports.withLock { $0.count } == 16)
  }

  @Test func `a requested language changes no token of a model without other scripts`() async throws {
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: settings, listening: .everything)
    for recording in ["en-03.wav", "es-07.wav"] {
      let free = try await transcript(recording, recognizer, language: nil)
      #expect(try await transcript(recording, recognizer, language: "es").spoken == free.spoken)
    }
  }
}

@Suite struct `Languages of transcripts without a request` {
  @Test func `the language of a transcript is detected from its text if none is requested`() async throws {
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: settings, listening: .everything)
    for recording in ["en-01.wav", "en-05.wav", "en-12.wav", "es-01.wav", "es-05.wav", "es-12.wav"] {
      let transcript = try await transcript(recording, recognizer, language: nil)
      #expect(transcript.language == String(recording.prefix(2)), "\(recording)")
      #expect(transcript.isLanguageDetected)
    }
    let nothing = try await recognizer.transcribe([])
    #expect(nothing.language == nil && !nothing.isLanguageDetected)
  }
}

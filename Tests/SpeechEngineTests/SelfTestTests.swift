import Devices
import FoundationEssentials
import ModelStore
import Recognition
import SpeechEngine
import Support
import Testing

@Suite struct `The self-test` {
  private func builtin() throws -> ModelDirectory { try ModelDirectory.find(ModelDirectory.builtin) }

  private let test = SelfTest(samples: [], text: "Open the garden blinds.")

  @Test(arguments: [
    "Open the garden blinds.", "open the garden blinds", "Open the garden blind.", "Open the blinds.",
    "Open the two garden blinds!",
  ])
  func `the self-test accepts a nearly right text`(text: String) {
    #expect(test.accepts(text))
  }

  @Test(arguments: ["", "Close the garden blind.", "Open", "the garden blinds open", "Sube el volumen."])
  func `the self-test refuses a wrong text`(text: String) {
    #expect(!test.accepts(text))
  }

  @Test func `the self-test with silence accepts only an empty text`() {
    let silence = SelfTest(samples: [], text: "")
    #expect(silence.accepts("") && !silence.accepts("A word."))
  }

  @Test func `the built-in model has a self-test`() throws {
    let test = try SelfTest(of: builtin())
    #expect(test.text == "Open the garden blinds.")
    #expect(test.samples == (try Fixtures.samples("en-01.wav")))
  }

  @Test func `the processor passes the self-test`() async throws {
    let model = try builtin()
    let outcome = try await SelfTest(of: model).run(
      with: Recognizer(model: model, settings: ComputeSettings(device: .cpu)))
    #expect(outcome.isPassed && outcome.text == "Open the garden blinds.")
    #expect(outcome.device == "CPU")
    #expect(outcome.seconds > 0 && outcome.firstSeconds > 0 && outcome.loadSeconds > 0)
  }

  @Test func `a model that recognizes another text fails the self-test`() async throws {
    let model = try builtin()
    let outcome = try await SelfTest(samples: SelfTest(of: model).samples, text: "Sube el volumen.").run(
      with: Recognizer(model: model, settings: ComputeSettings(device: .cpu)))
    #expect(!outcome.isPassed && outcome.text == "Open the garden blinds.")
  }

  @Test func `the self-test of an incomplete model names the missing file`() async throws {
    let path = try builtin().path
    try await withTemporaryDirectory { directory in
      for file in ["config.json", "vocab.txt", "encoder-model.onnx", "decoder_joint-model.onnx"] {
        try FileManager.default.createSymbolicLink(
          atPath: directory.appending(path: file).path, withDestinationPath: "\(path)/\(file)")
      }
      let model = try ModelDirectory(path: directory.path)
      let error = try #require(throws: ModelError.self) { try SelfTest(of: model) }
      #expect(error.description.contains("self-test.pcm"))
    }
  }
}

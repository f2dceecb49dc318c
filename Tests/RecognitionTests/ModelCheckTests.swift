import FoundationEssentials
import ModelStore
import Support
import Testing

@testable import Recognition

@Suite struct `A model that does not fit together is refused` {
  /// A copy of the built-in model with one file changed, and what loading it says.
  private func complaint(_ change: @Sendable (URL) throws -> Void) async throws -> String {
    try await withTemporaryDirectory { directory in
      let builtin = try ModelDirectory.find("builtin").path
      for file in try FileManager.default.contentsOfDirectory(atPath: builtin) {
        try FileManager.default.copyItem(
          atPath: "\(builtin)/\(file)", toPath: directory.appending(path: file).path)
      }
      try change(directory)
      do {
        let recognizer = Recognizer(
          model: try ModelDirectory.find(directory.path),
          settings: ComputeSettings(device: .cpu, precision: .f32))
        try await recognizer.prepare()
        return "no complaint"
      } catch {
        #expect(!"\(error)".contains("\n"))
        return "\(error)"
      }
    }
  }

  @Test func `a vocabulary with a token too few`() async throws {
    let complaint = try await complaint { directory in
      let file = directory.appending(path: "vocab.txt")
      var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
      lines.removeLast(2)
      try (lines + ["<blk> 255"]).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(complaint.contains("knows 257 tokens, vocab.txt has 256"))
  }

  @Test func `another number of mel bands`() async throws {
    let complaint = try await complaint { directory in
      try #"{"model_type": "nemo-conformer-tdt", "features_size": 80}"#
        .write(to: directory.appending(path: "config.json"), atomically: true, encoding: .utf8)
    }
    #expect(complaint.contains("takes 128 mel bands, config.json says features_size 80"))
  }

  @Test func `an encoder that is cut off`() async throws {
    let complaint = try await complaint { directory in
      let file = directory.appending(path: "encoder-model.onnx")
      try Data(contentsOf: file).prefix(100_000).write(to: file)
    }
    #expect(complaint.contains("encoder-model.onnx"))
    #expect(complaint != "no complaint")
  }

  @Test func `the decoder in the place of the encoder`() async throws {
    let complaint = try await complaint { directory in
      let encoder = directory.appending(path: "encoder-model.onnx")
      try FileManager.default.removeItem(at: encoder)
      try FileManager.default.copyItem(at: directory.appending(path: "decoder_joint-model.onnx"), to: encoder)
    }
    #expect(complaint.contains("the encoder has no input audio_signal"))
  }

  @Test func `the encoder in the place of the decoder`() async throws {
    let complaint = try await complaint { directory in
      let decoder = directory.appending(path: "decoder_joint-model.onnx")
      try FileManager.default.removeItem(at: decoder)
      try FileManager.default.copyItem(at: directory.appending(path: "encoder-model.onnx"), to: decoder)
    }
    #expect(complaint.contains("the decoder has no input encoder_outputs"))
  }
}

@Suite struct `The cache of compiled models` {
  @Test func `it is filled at the first start and gives the same text at the second`() async throws {
    try await withTemporaryDirectory { directory in
      let cache = directory.appending(path: "a/b/cache").path
      for _ in 0..<2 {
        let recognizer = Recognizer(
          model: try ModelDirectory.find("builtin"),
          settings: ComputeSettings(device: .cpu, precision: .f32, cacheDirectory: cache))
        try await recognizer.prepare()
        var utterance = recognizer.utterance()
        utterance.append(try Fixtures.samples("en-01.wav"))
        #expect(try await recognizer.transcribe(utterance).text == "Open the garden blinds.")
        #expect(try !FileManager.default.contentsOfDirectory(atPath: cache).isEmpty)
      }
    }
  }

  @Test func `a place that cannot be written to is an error that names it`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "file")
      try Data().write(to: file)
      let recognizer = Recognizer(
        model: try ModelDirectory.find("builtin"),
        settings: ComputeSettings(cacheDirectory: "\(file.path)/cache"))
      await #expect {
        try await recognizer.prepare()
      } throws: { error in
        "\(error)".contains("\(file.path)/cache") && "\(error)".contains("--data-dir")
      }
    }
  }

  @Test func `a blob that was spoiled is compiled anew`() async throws {
    try await withTemporaryDirectory { directory in
      for _ in 0..<2 {
        let recognizer = Recognizer(
          model: try ModelDirectory.find("builtin"),
          settings: ComputeSettings(device: .cpu, precision: .f32, cacheDirectory: directory.path))
        try await recognizer.prepare()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
          try Data("spoiled".utf8).write(to: directory.appending(path: name))
        }
      }
    }
  }
}

@Suite struct `The precision asked for` {
  @Test func `auto takes bf16 where the device has it`() throws {
    let model = try ModelDirectory.find("builtin")
    #expect(
      try Precision.auto.resolved(for: "CPU", capabilities: ["FP32", "BF16"], model: model).name == .bf16)
    #expect(
      try Precision.auto.resolved(for: "CPU", capabilities: ["FP32", "INT8"], model: model).name == .f32)
  }

  @Test func `one that the device lacks is refused with those it has`() {
    #expect {
      try Precision.f16.resolved(
        for: "CPU", capabilities: ["FP32", "BF16"], model: ModelDirectory.find("builtin"))
    } throws: { error in
      "\(error)" == "CPU cannot compute in f16; it can in f32, bf16, int8"
    }
  }
}

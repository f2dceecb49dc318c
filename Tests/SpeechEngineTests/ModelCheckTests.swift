import Devices
import FoundationEssentials
import ModelStore
import Support
import Testing

@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

@Suite struct `Inconsistent models` {
  /// Returns the error message of loading a copy of the built-in model with one file changed.
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
          settings: ComputeSettings(device: .cpu, precision: .f32),
          listening: .everything)
        try await recognizer.prepare()
        return "no complaint"
      } catch {
        #expect(!"\(error)".contains("\n"))
        return "\(error)"
      }
    }
  }

  @Test func `a model whose vocabulary lacks a token is refused with both token counts`() async throws {
    let complaint = try await complaint { directory in
      let file = directory.appending(path: "vocab.txt")
      var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
      lines.removeLast(2)
      try (lines + ["<blk> 255"]).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(complaint.contains("knows 257 tokens, vocab.txt has 256"))
  }

  @Test func `a model with another number of mel bands than its configuration is refused`() async throws {
    let complaint = try await complaint { directory in
      try #"{"model_type": "nemo-conformer-tdt", "features_size": 80}"#
        .write(to: directory.appending(path: "config.json"), atomically: true, encoding: .utf8)
    }
    #expect(complaint.contains("takes 128 mel bands, config.json says features_size 80"))
  }

  @Test func `a model with a truncated encoder is refused`() async throws {
    let complaint = try await complaint { directory in
      let file = directory.appending(path: "encoder-model.onnx")
      try Data(contentsOf: file).prefix(100_000).write(to: file)
    }
    #expect(complaint.contains("encoder-model.onnx"))
    #expect(complaint != "no complaint")
  }

  @Test func `a model with the decoder in the encoder's file is refused`() async throws {
    let complaint = try await complaint { directory in
      let encoder = directory.appending(path: "encoder-model.onnx")
      try FileManager.default.removeItem(at: encoder)
      try FileManager.default.copyItem(at: directory.appending(path: "decoder_joint-model.onnx"), to: encoder)
    }
    #expect(complaint.contains("the encoder has no input audio_signal"))
  }

  @Test func `a model with the encoder in the decoder's file is refused`() async throws {
    let complaint = try await complaint { directory in
      let decoder = directory.appending(path: "decoder_joint-model.onnx")
      try FileManager.default.removeItem(at: decoder)
      try FileManager.default.copyItem(at: directory.appending(path: "encoder-model.onnx"), to: decoder)
    }
    #expect(complaint.contains("the decoder has no input encoder_outputs"))
  }
}

@Suite struct `The cache of compiled networks` {
  @Test func `the cache is filled at the first start, and the second start gives the same text`() async throws
  {
    try await withTemporaryDirectory { directory in
      let cache = directory.appending(path: "a/b/cache").path
      for _ in 0..<2 {
        let recognizer = Recognizer(
          model: try ModelDirectory.find("builtin"),
          settings: ComputeSettings(device: .cpu, precision: .f32, cacheDirectory: cache))
        try await recognizer.prepare()
        #expect(
          try await recognizer.transcribe(try Fixtures.samples("en-01.wav")).text == "Open the garden blinds."
        )
        #expect(try !FileManager.default.contentsOfDirectory(atPath: cache).isEmpty)
      }
    }
  }

  @Test func `a cache directory that cannot be created is an error that names its path`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "file")
      try Data().write(to: file)
      let recognizer = Recognizer(
        model: try ModelDirectory.find("builtin"),
        settings: ComputeSettings(cacheDirectory: "\(file.path)/cache"))
      await #expect {
        try await recognizer.prepare()
      } throws: { error in
        "\(error)".contains("\(file.path)/cache")
      }
    }
  }

  /// Damage to the files of a compiled network.
  enum Damage: CaseIterable {
    case cut, overwritten, emptied, withoutSeal, sealSpoiled
  }

  @Test(arguments: Damage.allCases) func `a damaged compiled network is compiled again`(damage: Damage)
    async throws
  {
    try await withTemporaryDirectory { directory in
      #expect(try await !transcript(cache: directory).isFromCache)
      #expect(try await transcript(cache: directory).isFromCache)
      for folder in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
        let folder = directory.appending(path: folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
          let file = folder.appending(path: name)
          let isSeal = name == "compiled.json"
          let data = try Data(contentsOf: file)
          switch (damage, isSeal) {
          case (.cut, false): try data.prefix(data.count / 2).write(to: file)
          case (.overwritten, false): try Data(repeating: 7, count: data.count).write(to: file)
          case (.emptied, false): try Data().write(to: file)
          case (.withoutSeal, true): try FileManager.default.removeItem(at: file)
          case (.sealSpoiled, true): try Data("{".utf8).write(to: file)
          default: break
          }
        }
      }
      #expect(try await !transcript(cache: directory).isFromCache)
      #expect(try await transcript(cache: directory).isFromCache)
    }
  }

  @Test func `compiled networks of another version of the model are removed`() async throws {
    try await withTemporaryDirectory { directory in
      let copy = directory.appending(path: "model")
      try FileManager.default.copyItem(atPath: try ModelDirectory.find("builtin").path, toPath: copy.path)
      let cache = directory.appending(path: "cache")
      _ = try await transcript(cache: cache, of: try ModelDirectory(path: copy.path))
      let before = try FileManager.default.contentsOfDirectory(atPath: cache.path)
      let vocabulary = copy.appending(path: "vocab.txt")
      try (try String(contentsOf: vocabulary, encoding: .utf8) + "\n")
        .write(to: vocabulary, atomically: true, encoding: .utf8)
      _ = try await transcript(cache: cache, of: try ModelDirectory(path: copy.path))
      let after = try FileManager.default.contentsOfDirectory(atPath: cache.path)
      #expect(after.count == before.count)
      #expect(Set(after).isDisjoint(with: before))
    }
  }

  private func transcript(cache: URL, of model: ModelDirectory? = nil) async throws -> Transcript {
    let recognizer = Recognizer(
      model: try model ?? ModelDirectory.find("builtin"),
      settings: ComputeSettings(device: .cpu, precision: .f32, cacheDirectory: cache.path))
    let transcript = try await recognizer.transcribe(try Fixtures.samples("en-01.wav"))
    #expect(transcript.text == "Open the garden blinds.")
    return transcript
  }
}

@Suite struct `The requested precision` {
  @Test func `auto selects bf16 if the device supports it`() throws {
    let model = try ModelDirectory.find("builtin")
    #expect(
      try Precision.auto.resolved(for: "CPU", capabilities: ["FP32", "BF16"], model: model, prepared: nil)
        .name == .bf16)
    #expect(
      try Precision.auto.resolved(for: "CPU", capabilities: ["FP32", "INT8"], model: model, prepared: nil)
        .name == .f32)
  }

  @Test func `a precision that the device does not support is refused with the supported ones`() {
    #expect {
      try Precision.f16.resolved(
        for: "CPU", capabilities: ["FP32", "BF16"], model: ModelDirectory.find("builtin"), prepared: nil)
    } throws: { error in
      "\(error)" == "CPU does not support f16, only f32, bf16, int8"
    }
  }

  @Test func `auto selects half precision for a GPU, and eight-bit weights for a processor and an NPU`()
    throws
  {
    let model = try ModelDirectory.find("builtin")
    func name(_ device: DeviceID, _ capabilities: [String], _ prepared: [WeightFormat]) throws -> Precision {
      try Precision.auto.resolved(for: device, capabilities: capabilities, model: model, prepared: prepared)
        .name
    }
    #expect(try name("GPU", ["FP16", "INT8"], [.int8, .f16]) == .f16)
    #expect(try name("GPU", ["FP16", "INT8"], [.int8]) == .int8)
    #expect(try name("NPU", ["FP16", "INT8"], [.int8, .f16]) == .int8)
    #expect(try name("NPU", ["FP16", "INT8"], [.f16]) == .f16)
    #expect(try name("CPU", ["FP32", "BF16"], [.int8, .f16]) == .int8)
    #expect(try name("CPU", ["FP32", "BF16"], [.f16]) == .bf16)
  }

  @Test func `a fallback device uses auto if it does not support the requested precision`() {
    #expect(Precision.f16.forStandIn(["FP32", "BF16"]) == .auto)
    #expect(Precision.int8.forStandIn(["FP32"]) == .int8)
    #expect(Precision.f32.forStandIn(["FP32"]) == .f32)
  }
}

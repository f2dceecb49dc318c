import Devices
import FoundationEssentials
import Glibc
import Inference
import Storage
import Support
import SystemPaths
import Testing

@testable import ModelStore
@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

/// Recordings that the built-in model recognizes without errors.
private let easyRecordings = ["en-01.wav", "en-03.wav", "en-04.wav", "es-01.wav", "es-02.wav", "es-05.wav"]

@Suite struct `Prepared models` {
  @Test func `preparing a model compresses all large weights and no others to eight bits`() throws {
    let runtime = try Runtime()
    let model = try ModelDirectory.find("builtin")
    var graphs = try SpeechGraphs.exported(model, weights: .int8, runtime: runtime)
    // Eight layers of nine matrices and two pointwise convolutions each, and the subsampling's matrix.
    #expect(try graphs.compress() == (encoder: 8 * (9 + 2) + 1, joint: 1))
    #expect(try graphs.encoder.compressWeights(smallest: 1 << 14) == 0, "nothing is left to compress")
  }

  @Test(arguments: [nil, WeightFormat.int8, .f16] as [WeightFormat?])
  func `a prepared model gives the texts of the original model`(weights: WeightFormat?) async throws {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let prepared = try weights.map { weights in
        try PreparedModels(directory: directory.path).prepared(model, weights: weights)
      }
      // Without a prepared directory, weights are converted in memory.
      let recognizer = Recognizer(
        model: try prepared.map { try ModelDirectory(path: $0.path) } ?? model,
        settings: ComputeSettings(device: .cpu, precision: weights == .f16 ? .f32 : .int8))
      try await recognizer.prepare()
      let golden = try Fixtures.tokens()
      for recording in easyRecordings {
        #expect(try await spokenText(recording, recognizer) == golden[recording]?.text, "\(recording)")
      }
    }
  }

  @Test func `a model is prepared once, and later starts do not read the originals`() async throws {
    try await withTemporaryDirectory { directory in
      let original = try copyOfBuiltin(in: directory)
      let settings = ComputeSettings(
        device: .cpu, precision: .int8, preparedDirectory: directory.appending(path: "prepared").path)
      let events = PreparationEvents()
      let model = try ModelDirectory(path: original.path)
      for start in 0..<2 {
        let recognizer = Recognizer(model: model, settings: settings, onEvent: events.append)
        try await recognizer.prepare()
        #expect(events.beginnings == (start == 0 ? 1 : 0))
        #expect(try await spokenText("en-01.wav", recognizer) == "Open the garden blinds.")
        events.clear()
        // The second start would fail if it read one of these. It checks only size and time.
        for name in ["encoder-model.onnx", "decoder_joint-model.onnx"] {
          try HiddenDamage.spoil(original.appending(path: name).path)
        }
      }
    }
  }

  @Test func `a prepared model's key depends on the content of every file and not on the path`() throws {
    let model = try ModelDirectory.find("builtin")
    let sources = try SourceHashes(of: model, memory: nil)
    func name(_ source: String, _ weights: WeightFormat = .int8, _ openVINO: String = "1") -> String {
      PreparedModel.directoryName(model: "m/o del", source: source, weights: weights, openVINO: openVINO)
    }
    #expect(name("a").hasPrefix("m-o-del-int8-"))
    #expect(Set([name("a"), name("b"), name("a", .f16), name("a", .int8, "2")]).count == 4)
    #expect(
      sources.files.map(\.name) == [
        "config.json", "vocab.txt", "encoder-model.onnx", "decoder_joint-model.onnx",
      ])
  }

  @Test(arguments: ["config.json", "vocab.txt", "encoder-model.onnx", "decoder_joint-model.onnx"])
  func `a model's hash changes with a file whose size stays`(name: String) async throws {
    try await withTemporaryDirectory { directory in
      let copy = try copyOfBuiltin(in: directory)
      let memory = directory.appending(path: "memory").path
      let model = try ModelDirectory(path: copy.path)
      let before = try SourceHashes(of: model, memory: memory)
      #expect(try SourceHashes(of: model, memory: memory) == before)
      #expect(try SourceHashes(of: ModelDirectory.find("builtin"), memory: memory).sha256 == before.sha256)
      let file = copy.appending(path: name)
      var data = try Data(contentsOf: file)
      data[data.count / 2] ^= 1
      try data.write(to: file)
      #expect(try SourceHashes(of: model, memory: memory).sha256 != before.sha256)
    }
  }

  @Test func `a prepared model works after its originals are removed`() async throws {
    try await withTemporaryDirectory { directory in
      let original = try copyOfBuiltin(in: directory)
      let model = try ModelDirectory(path: original.path, name: "tiny")
      let prepared = try PreparedModels(directory: directory.appending(path: "prepared").path)
        .prepared(model, weights: .int8)
      try model.dropOriginals(keeping: prepared)
      #expect(
        try fileNames(in: original.path) == [
          "README.md", "config.json", "self-test.pcm", "self-test.txt", "vocab.txt",
        ])
      let alone = try ModelDirectory(path: prepared.path)
      #expect(alone.name == "tiny")
      #expect(alone.languages == ["en", "es"])
      #expect(
        try await spokenText("es-01.wav", alone, ComputeSettings()) == Fixtures.tokens()["es-01.wav"]?.text)
      await #expect {
        _ = try await spokenText("es-01.wav", alone, ComputeSettings(precision: .f32))
      } throws: { error in
        "\(error)".contains("f32 needs the original model")
      }
    }
  }

  @Test func `the originals are kept if the prepared model is damaged or not made from them`() async throws {
    try await withTemporaryDirectory { directory in
      let original = try copyOfBuiltin(in: directory)
      let model = try ModelDirectory(path: original.path)
      let store = PreparedModels(directory: directory.appending(path: "prepared").path)
      let prepared = try store.prepared(model, weights: .int8)
      try HiddenDamage.spoil("\(prepared.path)/encoder.bin")
      #expect(throws: FileError.self) { try model.dropOriginals(keeping: prepared) }
      try Data("{}".utf8).write(to: original.appending(path: "config.json"))
      #expect(throws: FileError.self) { try model.dropOriginals(keeping: prepared) }
      #expect(try fileNames(in: original.path).contains("encoder-model.onnx"))
    }
  }
}

@Suite struct `Prepared models of another version` {
  /// Makes a prepared model look as if another version had made it.
  private func makeOutdated(_ prepared: PreparedModel, version: Int, openVINO: String) throws -> String {
    let path = "\(prepared.path)-old"
    try FileManager.default.moveItem(atPath: prepared.path, toPath: path)
    var manifest = prepared.manifest
    (manifest.version, manifest.openVINO) = (version, openVINO)
    try JSONEncoder().encode(manifest).write(to: URL(filePath: "\(path)/prepared.json"))
    return path
  }

  @Test(arguments: [(PreparedModel.version, "2020.1"), (0, Runtime.version)])
  func `a prepared model of another version is removed when a new one is made`(version: Int, openVINO: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let store = PreparedModels(directory: directory.path)
      let half = try store.prepared(model, weights: .f16)
      let old = try makeOutdated(
        store.prepared(model, weights: .int8), version: version, openVINO: openVINO)
      let events = PreparationEvents()
      let new = try store.prepared(model, weights: .int8) { events.append(.preparation($0)) }
      #expect(
        PreparedModel.Place.all(in: directory.path).map(\.path).sorted() == [half.path, new.path].sorted())
      #expect(events.all.contains(.removedOutdated(path: old)))
    }
  }

  @Test func `a prepared model of another version is not chosen`() async throws {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let store = PreparedModels(directory: directory.path)
      let prepared = try store.prepared(model, weights: .int8)
      func choice(_ precision: Precision) -> PreparedModel? {
        PreparedModels.choice(of: PreparedModel.all(in: directory.path), for: precision)
      }
      #expect(choice(.auto) == prepared)
      #expect(choice(.int8) == prepared)
      #expect(choice(.f32) == nil)
      #expect(choice(.bf16) == nil)
      _ = try makeOutdated(prepared, version: PreparedModel.version, openVINO: "2020.1")
      #expect(choice(.auto) == nil)
    }
  }
}

@Suite struct `Weights of eight bits in large models` {
  private let capabilities = ["FP32", "BF16", "INT8"]

  @Test(arguments: ["", ".int8"]) func `auto selects eight-bit weights for models of full size`(kind: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let copy = try copyOfBuiltin(in: directory)
      for graph in ["encoder-model", "decoder_joint-model"] {
        try Files.move("\(copy.path)/\(graph).onnx", to: "\(copy.path)/\(graph)\(kind).onnx")
      }
      let small = try ModelDirectory(path: copy.path)
      #expect(
        try Precision.auto.resolved(for: "CPU", capabilities: capabilities, model: small, prepared: nil)
          .weights == nil)
      let weights = copy.appending(path: "encoder-model\(kind).onnx")
      #expect(truncate(weights.path, 108_000_000) == 0)
      let large = try ModelDirectory(path: copy.path)
      #expect(large.graphBytes > 108_000_000)
      #expect(
        try Precision.auto.resolved(for: "CPU", capabilities: capabilities, model: large, prepared: nil)
          == ResolvedPrecision(name: .int8, arithmetic: .bf16, weights: .int8))
      #expect(
        try Precision.auto.resolved(for: "CPU", capabilities: ["FP32"], model: large, prepared: nil)
          .arithmetic == .f32)
      #expect(
        try Precision.f32.resolved(for: "CPU", capabilities: capabilities, model: large, prepared: nil)
          .weights == nil)
    }
  }
}

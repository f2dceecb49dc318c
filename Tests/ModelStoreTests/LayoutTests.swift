import FoundationEssentials
import Storage
import Support
import Testing

@testable import ModelStore

@Suite struct `The choice of an export` {
  private func choice(
    _ names: [String], _ wanted: ExportFiles = .fp32, in folder: String? = nil,
    heads: [String: ModelConfiguration.Head] = [:]
  ) throws(LayoutFault) -> ExportLayout {
    try ExportLayout.choice(of: wanted, in: folder, among: Set(names)) { heads[$0] }
  }

  private func pair(_ folder: String, _ suffix: String = "") -> [String] {
    ["encoder-model", "decoder_joint-model"].map { ExportLayout.path(of: "\($0)\(suffix).onnx", in: folder) }
  }

  private let texts = ["config.json", "vocab.txt", "README.md", "nemo128.onnx"]

  @Test func `full precision is chosen first, then half, then eight bits, then others by name`() throws {
    var names =
      texts + pair("w4a8", ".w4a8") + pair("int8", ".int8") + pair("fp32") + pair("fp16", ".fp16")
      + pair("onnx")
    for (folder, precision) in [
      ("fp32", "fp32"), ("fp16", "fp16"), ("int8", "int8"), ("onnx", "onnx"), ("w4a8", "w4a8"),
    ] {
      let found = try choice(names)
      #expect((found.folder, found.precision, found.home) == (folder, precision, ""))
      names.removeAll { $0.hasPrefix("\(folder)/") }
    }
  }

  @Test func `graphs at the top come before those in folders`() throws {
    #expect(try choice(texts + pair("fp32") + pair("", ".int8")).encoderPath == "encoder-model.int8.onnx")
    #expect(try choice(texts + pair("", ".int8") + pair("")).encoderPath == "encoder-model.onnx")
  }

  @Test func `int8 is found at the top, and in its folder under either name`() throws {
    for suffix in ["", ".int8"] {
      let names = texts + pair("fp32") + pair("int8", suffix)
      #expect(try choice(names, .int8).encoderPath == "int8/encoder-model\(suffix).onnx")
    }
    #expect(try choice(texts + pair("") + pair("", ".int8"), .int8).encoder == "encoder-model.int8.onnx")
    let error = #expect(throws: LayoutFault.self) { try choice(texts + pair("fp32"), .int8) }
    #expect(error?.description == "has no int8 export, only fp32")
  }

  @Test func `a named folder is the choice`() throws {
    let names = texts + pair("fp32") + pair("int8", ".int8") + pair("old/int8", ".int8")
    #expect(try choice(names, in: "int8").folder == "int8")
    #expect(try choice(names, .int8, in: "fp32").folder == "fp32")
    #expect(try choice(names, in: "old/int8").folder == "old/int8")
    #expect(try choice(names, in: "old").folder == "old/int8")
    let error = #expect(throws: LayoutFault.self) { try choice(names, in: "fp16") }
    #expect(
      error?.description
        == "has no encoder-model.onnx there; folders with graphs: fp32, int8, old/int8")
  }

  @Test func `the texts are those beside the graphs, otherwise those above them`() throws {
    let names = pair("fp32") + ["fp32/vocab.txt", "config.json"]
    #expect(try choice(names).home == "fp32")
    #expect(try choice(pair("a/fp32") + ["config.json"], in: "a/fp32").configuration == "config.json")
  }

  @Test func `graphs of different precisions are refused with both paths`() throws {
    for (names, encoder, decoder) in [
      (
        ["fp16/encoder-model.onnx"] + ["fp32/decoder_joint-model.onnx"], "fp16/encoder-model.onnx",
        "fp32/decoder_joint-model.onnx"
      ),
      (
        ["encoder-model.onnx", "decoder_joint-model.int8.onnx"], "encoder-model.onnx",
        "decoder_joint-model.int8.onnx"
      ),
      (
        ["encoder-model.onnx", "fp32/decoder_joint-model.onnx"], "encoder-model.onnx",
        "fp32/decoder_joint-model.onnx"
      ),
    ] {
      #expect(throws: LayoutFault.mixed(encoder: encoder, decoder: decoder)) { try choice(texts + names) }
    }
    // As in the repository of Parakeet Ultra.
    #expect(
      throws: LayoutFault.mixed(
        encoder: "fp16/encoder-model.fp16.onnx", decoder: "fp32/decoder_joint-model.onnx")
    ) { try choice(texts + pair("fp32") + ["fp16/encoder-model.fp16.onnx"], in: "fp16") }
  }

  @Test func `a graph without its partner is refused with the partner's path`() throws {
    #expect(
      throws: LayoutFault.half(there: "fp16/encoder-model.onnx", missing: "fp16/decoder_joint-model.onnx")
    ) { try choice(texts + ["fp16/encoder-model.onnx"]) }
  }

  // MARK: A transducer and CTC

  @Test(
    arguments: [
      (.tdt, "encoder-model.onnx"), (.rnnt, "encoder-model.onnx"), (.ctc, "model.onnx"),
      (nil, "encoder-model.onnx"),
    ] as [(ModelConfiguration.Head?, String)])
  func `config_json decides between a transducer and CTC`(head: ModelConfiguration.Head?, encoder: String)
    throws
  {
    let names = texts + pair("") + ["model.onnx"]
    let found = try choice(names, heads: head.map { ["config.json": $0] } ?? [:])
    #expect(found.encoder == encoder && (found.decoder == nil) == (head == .ctc))
    #expect(ExportLayout.decidingConfigurations(in: nil, among: Set(names)) == ["config.json"])
  }

  @Test func `the graph for CTC can be in a folder, with a precision of its own`() throws {
    let heads: [String: ModelConfiguration.Head] = ["config.json": .ctc]
    let names = texts + pair("") + pair("", ".int8") + ["ctc/model.onnx", "ctc/model.int8.onnx"]
    #expect(try choice(names, heads: heads).encoderPath == "ctc/model.onnx")
    #expect(try choice(names, .int8, heads: heads).encoderPath == "ctc/model.int8.onnx")
    #expect(try choice(names, in: "ctc").encoderPath == "ctc/model.onnx")
    #expect(try choice(names).encoderPath == "encoder-model.onnx")
  }

  @Test func `graphs belong to the config_json beside or above them`() throws {
    let names = texts + pair("") + ["ctc/model.onnx", "ctc/config.json", "fp32/model.onnx"]
    func found(_ top: ModelConfiguration.Head?, _ below: ModelConfiguration.Head?) throws -> String {
      var heads: [String: ModelConfiguration.Head] = [:]
      (heads["config.json"], heads["ctc/config.json"]) = (top, below)
      return try choice(names, heads: heads).encoderPath
    }
    #expect(try found(.tdt, .ctc) == "encoder-model.onnx")
    #expect(try found(.ctc, .ctc) == "ctc/model.onnx")
    #expect(try found(.ctc, .tdt) == "fp32/model.onnx")
    #expect(try found(nil, .ctc) == "ctc/model.onnx")
    #expect(try found(nil, nil) == "encoder-model.onnx")
    #expect(
      ExportLayout.decidingConfigurations(in: nil, among: Set(names)) == ["config.json", "ctc/config.json"])
  }

  @Test func `no config_json is read where there is nothing to decide`() throws {
    for names in [
      texts + pair("") + pair("int8"), texts + ["model.onnx"], texts + pair("") + ["a/b/model.onnx"],
    ] {
      #expect(ExportLayout.decidingConfigurations(in: nil, among: Set(names)).isEmpty)
      #expect(throws: Never.self) {
        try ExportLayout.choice(of: .fp32, in: nil, among: Set(names)) { _ in
          Issue.record("nothing has to be decided")
          return nil
        }
      }
    }
  }

  @Test(arguments: [
    ("fp32", true), ("f16", true), ("bf16", true), ("int8", true), ("int8-lite", true), ("w4a8", true),
    ("q4", true), ("float16", true), ("fp", false), ("v3", false), ("onnx", false), ("8", false),
    ("parakeet-tdt-0.6b-v3", false), ("", false),
  ])
  func `a folder is named after a precision or not`(name: String, expected: Bool) {
    #expect(ExportLayout.isPrecision(name) == expected)
  }
}

@Suite struct `A model directory with folders` {
  private static let graphs = ["encoder-model.onnx", "decoder_joint-model.onnx"]

  private func write(_ names: [String], below root: URL) throws {
    let files = ModelFiles().files
    for name in names {
      let place = root.appending(path: name)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try (files[place.lastPathComponent] ?? Data()).write(to: place)
    }
  }

  private func folders(_ names: String...) -> [String] {
    ["config.json", "vocab.txt"] + names.flatMap { folder in Self.graphs.map { "\(folder)/\($0)" } }
  }

  private func with<Value>(
    _ names: [String], _ body: (String) throws -> Value
  ) async throws -> Value {
    try await withTemporaryDirectory { root in
      try write(names.map { "model/\($0)" }, below: root)
      return try body(root.appending(path: "model").path)
    }
  }

  @Test func `a directory opens its first folder, and a folder is opened by its path`() async throws {
    try await with(folders("fp16", "fp32")) { path in
      let model = try ModelDirectory(path: path)
      #expect(model.path == path && model.name == "model" && model.selection == "\(path)/fp32")
      #expect(
        model.graphs
          == .exported(encoder: "fp32/encoder-model.onnx", decoder: "fp32/decoder_joint-model.onnx"))
      let half = try ModelDirectory(path: "\(path)/fp16/")
      #expect(half.path == path && half.name == "model-fp16" && half.selection == nil)
      #expect(
        half.graphs
          == .exported(encoder: "fp16/encoder-model.onnx", decoder: "fp16/decoder_joint-model.onnx"))
    }
  }

  @Test func `a named folder gives the graph for CTC of a model whose config_json is about the transducer`()
    async throws
  {
    try await with(["config.json", "vocab.txt"] + Self.graphs + ["ctc/model.onnx", "other/model.onnx"]) {
      path in
      #expect(try ModelDirectory(path: path).configuration.head == .tdt)
      let model = try ModelDirectory(path: "\(path)/ctc")
      #expect(model.configuration.head == .ctc && model.name == "model-ctc" && model.path == path)
      #expect(model.graphs == .exported(encoder: "ctc/model.onnx", decoder: nil))
      // Nothing is read above a folder with another name.
      #expect(throws: ModelError.self) { try ModelDirectory(path: "\(path)/other") }
    }
  }

  @Test func `config_json of type ctc beside a pair gives the graph for CTC`() async throws {
    try await with(["config.json", "vocab.txt"] + Self.graphs + ["model.onnx"]) { path in
      let file = URL(filePath: "\(path)/config.json")
      let text = try #require(String(data: Data(contentsOf: file), encoding: .utf8))
      try Data(text.replacing("conformer-tdt", with: "conformer-ctc").utf8).write(to: file)
      let model = try ModelDirectory(path: path)
      #expect(model.configuration.head == .ctc)
      #expect(model.graphs == .exported(encoder: "model.onnx", decoder: nil))
      for name in Self.graphs + ["model.onnx"] {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
      }
      let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
      #expect(error?.description == "model \(path): the file model.onnx is missing")
    }
  }

  @Test func `texts in a folder are preferred`() async throws {
    let names = folders("fp16").map { $0.hasPrefix("fp16") ? $0 : "fp16/\($0)" }
    try await with(names) { path in
      for place in [path, "\(path)/fp16"] {
        let model = try ModelDirectory(path: place)
        #expect(model.path == "\(path)/fp16")
        #expect(
          model.graphs == .exported(encoder: "encoder-model.onnx", decoder: "decoder_joint-model.onnx"))
      }
    }
  }

  @Test func `nothing is read above a directory that is not named after a precision`() async throws {
    try await with(folders("onnx")) { path in
      let model = try ModelDirectory(path: path)
      #expect(model.selection == "\(path)/onnx")
      let error = #expect(throws: ModelError.self) { try ModelDirectory(path: "\(path)/onnx") }
      #expect(error?.description == "model \(path)/onnx: the file config.json is missing")
    }
  }

  @Test func `the hashes are those of the same files without folders`() async throws {
    func sources(_ place: String) async throws -> SourceHashes {
      try await withTemporaryDirectory { root in
        try write(["config.json", "vocab.txt"], below: root)
        let encoder = ONNXBytes.model([ONNXBytes.tensor(in: "w.000"), ONNXBytes.tensor(in: "w.001")])
        let folder = root.appending(path: place)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(encoder).write(to: folder.appending(path: "encoder-model.onnx"))
        try Data(ONNXBytes.model([])).write(to: folder.appending(path: "decoder_joint-model.onnx"))
        for name in ["w.000", "w.001"] { try Data(count: 24).write(to: folder.appending(path: name)) }
        // A file of the same name elsewhere is another one.
        if !place.isEmpty { try Data(count: 3).write(to: root.appending(path: "w.000")) }
        let memory = root.appending(path: "memory").path
        let model = try ModelDirectory(path: root.path)
        let sources = try SourceHashes(of: model, memory: memory)
        #expect(try SourceHashes(of: model, memory: memory) == sources)
        #expect(model.graphBytes == Int64(encoder.count + ONNXBytes.model([]).count + 48))
        return sources
      }
    }
    let (flat, deep) = (try await sources(""), try await sources("fp32"))
    #expect(flat.sha256 == deep.sha256)
    #expect(
      deep.files.map(\.name) == [
        "config.json", "vocab.txt", "encoder-model.onnx", "w.000", "w.001", "decoder_joint-model.onnx",
      ])
  }

  @Test func `a missing shard is named with its folder`() async throws {
    try await with(folders("fp32")) { path in
      try Data(ONNXBytes.model([ONNXBytes.tensor(in: "w.000"), ONNXBytes.tensor(in: "w.001")]))
        .write(to: URL(filePath: "\(path)/fp32/encoder-model.onnx"))
      try Data(count: 24).write(to: URL(filePath: "\(path)/fp32/w.000"))
      let error = #expect(throws: ModelError.self) {
        try SourceHashes(of: ModelDirectory(path: path), memory: nil)
      }
      #expect(error?.description == "model \(path): the file fp32/w.001 is missing")
    }
  }

  // MARK: The caches of other programs

  private func snapshot(_ commit: String) -> [String] { folders(".").map { "snapshots/\(commit)/\($0)" } }

  @Test func `a repository's folder in the hub's cache opens main, otherwise the only snapshot`() async throws
  {
    try await withTemporaryDirectory { root in
      let cache = root.appending(path: "models--some--model")
      try write(snapshot("aaa"), below: cache)
      let only = try ModelDirectory(path: cache.path)
      #expect(only.path == "\(cache.path)/snapshots/aaa" && only.name == "some/model")
      #expect(only.repository == "some/model" && only.selection == only.path)
      try write(snapshot("bbb"), below: cache)
      let error = #expect(throws: ModelError.self) { try ModelDirectory(path: cache.path) }
      #expect(
        error?.description
          == "model \(cache.path): has 2 models: snapshots/aaa, snapshots/bbb; name one of them")
      try write(["refs/main"], below: cache)
      try Data("bbb\n".utf8).write(to: cache.appending(path: "refs/main"))
      #expect(try ModelDirectory(path: cache.path).path == "\(cache.path)/snapshots/bbb")
    }
  }

  @Test func `a folder with one model below it opens that model, with several none`() async throws {
    try await withTemporaryDirectory { root in
      let place = "hub/models--some--model"
      try write(snapshot("aaa").map { "\(place)/\($0)" } + ["hub/version.txt", "logs/a.txt"], below: root)
      let model = try ModelDirectory(path: root.path)
      #expect(model.selection == "\(root.path)/\(place)/snapshots/aaa" && model.name == "some/model")
      try write(folders("fp32").map { "other/\($0)" }, below: root)
      let error = #expect(throws: ModelError.self) { try ModelDirectory(path: root.path) }
      #expect(error?.description.contains("has 2 models: other, \(place); name one of them") == true)
    }
  }

  @Test func `a folder without a model below it is refused with the missing file`() async throws {
    try await withTemporaryDirectory { root in
      try write(["a/b/c/d/encoder-model.onnx", "a/vocab.txt"], below: root)
      let error = #expect(throws: ModelError.self) { try ModelDirectory(path: root.path) }
      #expect(error?.description == "model \(root.path): the file config.json is missing")
    }
  }

  // MARK: The store

  @Test func `a stored model is complete when the files that its graphs name are there`() async throws {
    try await withTemporaryDirectory { root in
      let model = try #require(HubRepository(named: "some/model"))
      let folder = root.appending(path: "some--model")
      try write(folders("fp32") + ["fp32/w.000"], below: folder)
      var record = DownloadRecord(of: model)
      record.revision = "0123456789abcdef0123456789abcdef01234567"
      var export = DownloadRecord.Export(
        ExportLayout(
          home: "", folder: "fp32", encoder: "encoder-model.onnx", decoder: "decoder_joint-model.onnx"))
      func stored() throws -> StoredModel {
        record.exports = ["fp32": export]
        try Data(record.encoded()).write(to: folder.appending(path: DownloadRecord.fileName))
        return StoredModel(model, in: root.path)
      }
      for name in folders("fp32") {
        let size = try Data(contentsOf: folder.appending(path: name)).count
        record.files[name] = .init(size: size, sha256: "")
      }
      #expect(try stored().missing(from: .fp32) == ["fp32/encoder-model.onnx"])
      (export.encoderWeights, export.decoderWeights) = (["w.000"], [])
      #expect(try stored().missing(from: .fp32) == ["fp32/w.000"])
      record.files["fp32/w.000"] = .init(size: 0, sha256: "")
      #expect(try stored().complete == [.fp32])
      let opened = try ModelDirectory.find("some/model", in: root.path)
      #expect(opened.name == "some/model" && opened.repository == "some/model")
      #expect(opened.path == folder.path)
    }
  }
}

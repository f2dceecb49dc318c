import FoundationEssentials
import Support
import Testing
import Transducer

@testable import ModelStore

/// The content of a model directory, valid or not.
struct ModelFiles {
  var files = [
    "config.json": Data(#"{"model_type": "nemo-conformer-tdt"}"#.utf8),
    "vocab.txt": Data("▁a 0\n<blk> 1\n".utf8),
    "encoder-model.onnx": Data(), "decoder_joint-model.onnx": Data(),
  ]

  /// Writes the files into an existing directory.
  func write(to directory: URL) throws {
    for (name, content) in files { try content.write(to: directory.appending(path: name)) }
  }
}

/// The architectures that Lorikeet runs, as errors list them.
private let architectures = #""nemo-conformer-tdt" or "nemo-conformer-rnnt" or "nemo-conformer-ctc""#

@Suite struct `A model directory` {
  private func open(_ files: ModelFiles) async throws -> ModelDirectory {
    try await withTemporaryDirectory { directory in
      try files.write(to: directory)
      return try ModelDirectory(path: directory.path)
    }
  }

  /// The error about the files, without the model's name in front.
  private func failure(_ change: (inout ModelFiles) -> Void) async throws -> String {
    try await withTemporaryDirectory { directory in
      var files = ModelFiles()
      change(&files)
      try files.write(to: directory)
      let error = try #require(throws: ModelError.self) { try ModelDirectory(path: directory.path) }
      #expect(error.model == directory.path)
      let prefix = "model \(directory.path): "
      #expect(error.description.hasPrefix(prefix))
      return String(error.description.dropFirst(prefix.count))
    }
  }

  @Test func `a model directory is opened with its configuration, vocabulary and graphs`() async throws {
    let model = try await open(ModelFiles())
    #expect(model.configuration.bandCount == 80)
    #expect(model.vocabulary.pieces == [" a", "<blk>"])
    #expect(model.encoder == "\(model.path)/encoder-model.onnx")
    #expect(model.decoder == "\(model.path)/decoder_joint-model.onnx")
    #expect(model.path.hasSuffix("/\(model.name)"))
  }

  @Test func `a model directory can be given a name, and a path that ends in a slash`() async throws {
    try await withTemporaryDirectory { directory in
      try ModelFiles().write(to: directory)
      let model = try ModelDirectory(path: directory.path + "/")
      #expect(model.path == directory.path)
      #expect(model.name == directory.lastPathComponent)
      #expect(try ModelDirectory(path: directory.path, name: "mine").name == "mine")
    }
  }

  @Test func `a model directory's quantized graphs are used only without the full-precision ones`()
    async throws
  {
    var files = ModelFiles()
    files.files["encoder-model.int8.onnx"] = Data()
    files.files["decoder_joint-model.int8.onnx"] = Data()
    #expect(try await open(files).encoder.hasSuffix("/encoder-model.onnx"))
    files.files["encoder-model.onnx"] = nil
    let small = try await open(files)
    #expect(small.encoder == "\(small.path)/encoder-model.int8.onnx")
    #expect(small.decoder == "\(small.path)/decoder_joint-model.int8.onnx")
  }

  @Test(arguments: ["config.json", "vocab.txt", "encoder-model.onnx", "decoder_joint-model.onnx"])
  func `a model directory without one of its files is refused with the file's name`(name: String) async throws
  {
    #expect(try await failure { $0.files[name] = nil } == "the file \(name) is missing")
  }

  @Test func `a model directory with one quantized graph is refused with the name of the other`() async throws
  {
    let message = try await failure { model in
      model.files["encoder-model.onnx"] = nil
      model.files["decoder_joint-model.onnx"] = nil
      model.files["encoder-model.int8.onnx"] = Data()
    }
    #expect(message == "the file decoder_joint-model.int8.onnx is missing")
  }

  @Test func `a model directory without graphs is refused with the encoder's name`() async throws {
    let message = try await failure { model in
      model.files["encoder-model.onnx"] = nil
      model.files["decoder_joint-model.onnx"] = nil
    }
    #expect(message == "the file encoder-model.onnx is missing")
  }

  @Test(
    arguments: [
      ("{", "config.json: is not valid JSON"),
      (
        #"{"model_type": "whisper"}"#, #"config.json: model_type is "whisper", expected \#(architectures)"#
      ),
      (
        #"{"model_type": "nemo-conformer-tdt", "features_size": 0}"#,
        "config.json: features_size is 0, expected a whole number, 1 to 512"
      ),
    ])
  func `a model directory with an invalid configuration is refused with file and value`(
    json: String, message: String
  ) async throws {
    #expect(try await failure { $0.files["config.json"] = Data(json.utf8) } == message)
  }

  @Test(
    arguments: [
      ("\n", "vocab.txt: no piece is <blk>, which a transducer needs"),
      ("▁a 0\n", "vocab.txt: no piece is <blk>, which a transducer needs"),
      ("▁a 0\nb\n<blk> 2\n", "vocab.txt: line 2 is \"b\", expected a piece, a space and its id"),
      ("▁a x\n", "vocab.txt: line 1 is \"▁a x\", expected a piece, a space and its id"),
      ("▁a 0\n<blk> 0\n", "vocab.txt: line 2 gives the id 0 a second time"),
      ("▁a 0\n<blk> 2\n", "vocab.txt: no piece has the id 1, expected the ids 0 to 1"),
      ("▁a 0\n<blk> 9223372036854775807\n", "vocab.txt: no piece has the id 1, expected the ids 0 to 1"),
      (
        "▁a 9223372036854775808\n",
        "vocab.txt: line 1 is \"▁a 9223372036854775808\", expected a piece, a space and its id"
      ),
      ("▁a -1\n<blk> 0\n", "vocab.txt: no piece has the id 1, expected the ids 0 to 1"),
    ])
  func `a model directory with an invalid vocabulary is refused with file and line`(
    text: String, message: String
  ) async throws {
    #expect(try await failure { $0.files["vocab.txt"] = Data(text.utf8) } == message)
  }

  @Test func `a model directory with a vocabulary that is not UTF-8 is refused`() async throws {
    let message = try await failure { $0.files["vocab.txt"] = Data([0xE9, 0x20, 0x30, 0x0A]) }
    #expect(message == "cannot read vocab.txt: it is not UTF-8")
  }

  @Test(arguments: ["config.json", "vocab.txt"])
  func `a model directory with a directory instead of a file is refused with the file's name`(name: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      var files = ModelFiles()
      files.files[name] = nil
      try files.write(to: directory)
      let place = directory.appending(path: name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      let error = try #require(throws: ModelError.self) { try ModelDirectory(path: directory.path) }
      #expect(error.description.hasPrefix("model \(directory.path): cannot read \(name): "))
      #expect(!error.description.contains("\n"))
    }
  }

  @Test func `a file instead of a model directory is refused`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "encoder-model.onnx")
      try Data().write(to: file)
      let error = try #require(throws: ModelError.self) { try ModelDirectory.find(file.path) }
      #expect(error.reason == .notADirectory)
      #expect(error.description.hasPrefix("model \(file.path): is a file, expected the directory"))
    }
  }
}

@Suite struct `The search for a model` {
  @Test func `the built-in model is found by its name beside the program`() throws {
    let model = try ModelDirectory.find("builtin")
    #expect(model.name == "builtin")
    #expect(model.vocabulary.count == 257)
    #expect(model.configuration.bandCount == 128)
    #expect(model.languages == ["en", "es"])
    #expect(FileManager.default.fileExists(atPath: model.encoder))
    #expect(FileManager.default.fileExists(atPath: model.decoder))
  }

  @Test func `a model is found by its path`() async throws {
    try await withTemporaryDirectory { directory in
      try ModelFiles().write(to: directory)
      let model = try ModelDirectory.find(directory.path)
      #expect(model.path == directory.path)
    }
  }

  @Test(arguments: ["no-such-model", "./no/such/directory", "Builtin", ""])
  func `an unknown model is refused with the known names`(name: String) throws {
    let error = try #require(throws: ModelError.self) { try ModelDirectory.find(name) }
    #expect(
      error.description.hasPrefix(
        "model \(name): no such directory, and no model of that name; known names: builtin, parakeet-tdt-0.6b-v3, "
      ))
  }

  @Test(
    arguments: [
      (8_193, [], 25), (1_025, [], 1), (257, [], 0), (8_193, ["en", "es"], 2),
    ] as [(Int, [String], Int)])
  func `a model's languages come from its configuration, otherwise from its vocabulary`(
    count: Int, configured: [String], languages: Int
  ) async throws {
    try await withTemporaryDirectory { directory in
      var files = ModelFiles()
      let lines = (0..<count - 1).map { "a\($0) \($0)" } + ["<blk> \(count - 1)"]
      files.files["vocab.txt"] = Data(lines.joined(separator: "\n").utf8)
      if !configured.isEmpty {
        files.files["config.json"] = Data(
          #"{"model_type": "nemo-conformer-tdt", "languages": \#(configured)}"#.utf8)
      }
      try files.write(to: directory)
      let model = try ModelDirectory(path: directory.path)
      #expect(model.languages.count == languages)
      #expect(Set(model.languages).count == languages)
      #expect(languages == 0 || model.languages.contains("en"))
    }
  }

  @Test(
    arguments: [
      (
        .builtinMissing(looked: ["/a", "/b"]),
        "model x: its files are not installed beside the program (looked in /a, /b)"
      ),
      (.graph("encoder-model.onnx has no input"), "model x: encoder-model.onnx has no input"),
    ] as [(ModelError.Reason, String)])
  func `an unusable model is refused with the reason`(reason: ModelError.Reason, text: String) {
    #expect(ModelError(model: "x", reason: reason).description == text)
  }
}

extension ModelDirectory {
  /// The paths of exported graphs; empty for a prepared model.
  fileprivate var encoder: String {
    if case .exported(let encoder, _) = graphs { "\(path)/\(encoder)" } else { "" }
  }

  fileprivate var decoder: String {
    if case .exported(_, let decoder?) = graphs { "\(path)/\(decoder)" } else { "" }
  }
}

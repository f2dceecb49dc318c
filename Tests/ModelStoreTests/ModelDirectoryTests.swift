import FoundationEssentials
import Support
import Testing
import Transducer

@testable import ModelStore

/// What a model directory holds, right or wrong.
struct ModelFiles {
  var files = [
    "config.json": Data(#"{"model_type": "nemo-conformer-tdt"}"#.utf8),
    "vocab.txt": Data("▁a 0\n<blk> 1\n".utf8),
    "encoder-model.onnx": Data(), "decoder_joint-model.onnx": Data(),
  ]

  /// Writes them into a directory that is there.
  func write(to directory: URL) throws {
    for (name, content) in files { try content.write(to: directory.appending(path: name)) }
  }
}

@Suite struct `A model directory` {
  private func open(_ files: ModelFiles) async throws -> ModelDirectory {
    try await withTemporaryDirectory { directory in
      try files.write(to: directory)
      return try ModelDirectory(path: directory.path)
    }
  }

  /// What is wrong with the files: the message without the model's name in front of it.
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

  @Test func `is opened with what it holds`() async throws {
    let model = try await open(ModelFiles())
    #expect(model.configuration.bandCount == 80)
    #expect(model.vocabulary.pieces == [" a", "<blk>"])
    #expect(model.encoder == "\(model.path)/encoder-model.onnx")
    #expect(model.decoder == "\(model.path)/decoder_joint-model.onnx")
    #expect(model.path.hasSuffix("/\(model.name)"))
  }

  @Test func `may have a name of its own, and a path that ends in a slash`() async throws {
    try await withTemporaryDirectory { directory in
      try ModelFiles().write(to: directory)
      let model = try ModelDirectory(path: directory.path + "/")
      #expect(model.path == directory.path)
      #expect(model.name == directory.lastPathComponent)
      #expect(try ModelDirectory(path: directory.path, name: "mine").name == "mine")
    }
  }

  @Test func `may hold the smaller graphs, which come second`() async throws {
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
  func `without one of its files is refused with the file's name`(name: String) async throws {
    #expect(try await failure { $0.files[name] = nil } == "the file \(name) is missing")
  }

  @Test func `with half of the smaller graphs lacks the other half`() async throws {
    let message = try await failure { model in
      model.files["encoder-model.onnx"] = nil
      model.files["decoder_joint-model.onnx"] = nil
      model.files["encoder-model.int8.onnx"] = Data()
    }
    #expect(message == "the file decoder_joint-model.int8.onnx is missing")
  }

  @Test func `without any graph lacks the encoder`() async throws {
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
        #"{"model_type": "whisper"}"#, #"config.json: model_type is "whisper", expected "nemo-conformer-tdt""#
      ),
      (
        #"{"model_type": "nemo-conformer-tdt", "features_size": 0}"#,
        "config.json: features_size is 0, expected a whole number, 1 to 512"
      ),
    ])
  func `with a wrong configuration is refused with the file and the value`(
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
  func `with a wrong vocabulary is refused with the file and the line`(
    text: String, message: String
  ) async throws {
    #expect(try await failure { $0.files["vocab.txt"] = Data(text.utf8) } == message)
  }

  @Test func `with a vocabulary in another encoding is refused`() async throws {
    let message = try await failure { $0.files["vocab.txt"] = Data([0xE9, 0x20, 0x30, 0x0A]) }
    #expect(message == "cannot read vocab.txt: it is not UTF-8")
  }

  @Test(arguments: ["config.json", "vocab.txt"])
  func `with a directory in a file's place is refused with the file's name`(name: String) async throws {
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

  @Test func `is no file`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "encoder-model.onnx")
      try Data().write(to: file)
      let error = try #require(throws: ModelError.self) { try ModelDirectory.find(file.path) }
      #expect(error.reason == .notADirectory)
      #expect(error.description.hasPrefix("model \(file.path): is a file, expected the directory"))
    }
  }
}

@Suite struct `A model that is asked for` {
  @Test func `by the name of the built-in one is found beside the program`() throws {
    let model = try ModelDirectory.find("builtin")
    #expect(model.name == "builtin")
    #expect(model.vocabulary.count == 257)
    #expect(model.configuration.bandCount == 128)
    #expect(model.languages == ["en", "es"])
    #expect(FileManager.default.fileExists(atPath: model.encoder))
    #expect(FileManager.default.fileExists(atPath: model.decoder))
  }

  @Test func `by its path is opened`() async throws {
    try await withTemporaryDirectory { directory in
      try ModelFiles().write(to: directory)
      let model = try ModelDirectory.find(directory.path)
      #expect(model.path == directory.path)
    }
  }

  @Test(arguments: ["no-such-model", "./no/such/directory", "Builtin", ""])
  func `and is not there is refused with the names that are known`(name: String) throws {
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
  func `knows its languages by its configuration, else by its vocabulary`(
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
        "model x: its files are not beside the program (looked in /a, /b)"
      ),
      (.graph("encoder-model.onnx has no input"), "model x: encoder-model.onnx has no input"),
    ] as [(ModelError.Reason, String)])
  func `and cannot be used says why`(reason: ModelError.Reason, text: String) {
    #expect(ModelError(model: "x", reason: reason).description == text)
  }
}

extension ModelDirectory {
  /// The paths of exported graphs; a prepared model has others.
  fileprivate var encoder: String {
    if case .exported(let encoder, _) = graphs { "\(path)/\(encoder)" } else { "" }
  }

  fileprivate var decoder: String {
    if case .exported(_, let decoder) = graphs { "\(path)/\(decoder)" } else { "" }
  }
}

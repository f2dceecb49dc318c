import FoundationEssentials
import Glibc
import Storage
import Support
import Testing

@testable import ModelStore

private let pointer = """
  version https://git-lfs.github.com/spec/v1
  oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
  size 8714080

  """

@Suite struct `A faulty file of a model` {
  private let graph = ONNXBytes.model([
    ONNXBytes.tensor(in: "encoder-model.onnx.data", offset: 100, length: 24)
  ])

  /// A model with weights beside its encoder.
  private var files: ModelFiles {
    var files = ModelFiles()
    files.files["encoder-model.onnx"] = Data(graph)
    files.files["encoder-model.onnx.data"] = Data(count: 124)
    files.files["decoder_joint-model.onnx"] = Data(ONNXBytes.model([]))
    return files
  }

  /// Opens the model with all its graphs.
  private func open(_ directory: URL) throws -> SourceHashes {
    try SourceHashes(of: try ModelDirectory(path: directory.path), memory: nil)
  }

  /// The error about the model, without its path in front.
  private func complaint(_ directory: URL) -> String? {
    let error = #expect(throws: ModelError.self) { try open(directory) }
    let text = error?.description ?? ""
    #expect(!text.contains("\n"))
    let prefix = "model \(directory.path): "
    #expect(text.hasPrefix(prefix))
    return String(text.dropFirst(prefix.count)).replacing(directory.path, with: "DIR")
  }

  private func complaint(of name: String, holding content: Data?) async throws -> String? {
    try await withTemporaryDirectory { directory in
      var files = files
      files.files[name] = content
      try files.write(to: directory)
      return complaint(directory)
    }
  }

  @Test func `a model with intact files has no fault`() async throws {
    try await withTemporaryDirectory { directory in
      try files.write(to: directory)
      #expect(
        try open(directory).files.map(\.name) == [
          "config.json", "vocab.txt", "encoder-model.onnx", "encoder-model.onnx.data",
          "decoder_joint-model.onnx",
        ])
    }
  }

  @Test(
    arguments: [
      "config.json", "vocab.txt", "encoder-model.onnx", "encoder-model.onnx.data", "decoder_joint-model.onnx",
    ])
  func `a Git LFS pointer or a web page instead of a model's file is named as such`(name: String) async throws
  {
    #expect(
      try await complaint(of: name, holding: Data(pointer.utf8))
        == "\(name) is a Git LFS pointer in the place of the file (8714080 bytes); `git lfs pull` in DIR downloads it"
    )
    for page in ["<!DOCTYPE html>\n<html>…", "\u{FEFF}\n <HTML lang=en>", "<?xml version='1.0'?><Error/>"] {
      #expect(
        try await complaint(of: name, holding: Data(page.utf8))
          == "\(name) is a web page in the place of the file; download it again")
    }
  }

  @Test(arguments: ["config.json", "vocab.txt", "encoder-model.onnx", "decoder_joint-model.onnx"])
  func `an empty model file is reported as empty`(name: String) async throws {
    #expect(try await complaint(of: name, holding: Data()) == "\(name) is empty; download it again")
  }

  @Test(arguments: [0, 1, 123])
  func `weights that are too short are reported with their size and the needed one`(bytes: Int)
    async throws
  {
    #expect(
      try await complaint(of: "encoder-model.onnx.data", holding: Data(count: bytes))
        == "encoder-model.onnx.data has \(bytes) bytes, needs 124; download it again")
  }

  @Test func `a graph cut in half is reported with its size and the needed one`() async throws {
    let half = Data(graph.prefix(graph.count / 2))
    #expect(
      try await complaint(of: "encoder-model.onnx", holding: half)
        == "encoder-model.onnx is cut off: it has \(half.count) bytes, needs \(graph.count - 4) or more; download it again"
    )
  }

  @Test(arguments: [("Entry not found", "; it begins with 'Entry not found'"), ("\0\0\0\0", "")])
  func `a file that is not a graph is reported with its first words`(content: String, beginning: String)
    async throws
  {
    #expect(
      try await complaint(of: "decoder_joint-model.onnx", holding: Data(content.utf8))
        == "decoder_joint-model.onnx is not an ONNX file\(beginning); download it again")
  }

  @Test func `a graph with zeros in the middle is reported as damaged`() async throws {
    var content = Data(graph)
    content.replaceSubrange(20..<60, with: Data(count: 40))
    #expect(
      try await complaint(of: "encoder-model.onnx", holding: content)
        == "encoder-model.onnx is damaged: it begins like an ONNX file, but the rest is invalid; download it again"
    )
  }

  @Test func `a graph with a negative offset of weights is reported with the offset`() async throws {
    let graph = ONNXBytes.model([ONNXBytes.tensor(in: "encoder-model.onnx.data", offset: -8)])
    #expect(
      try await complaint(of: "encoder-model.onnx", holding: Data(graph)) == """
        encoder-model.onnx refers to weights with the offset '-8', expected a whole number, 0 or more; download it again
        """)
  }

  @Test func `missing weights or a dangling link are named`() async throws {
    let name = "encoder-model.onnx.data"
    #expect(try await complaint(of: name, holding: nil) == "the file \(name) is missing")
    try await withTemporaryDirectory { directory in
      try files.write(to: directory)
      try FileManager.default.removeItem(at: directory.appending(path: name))
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: name).path, withDestinationPath: "../blobs/abc")
      #expect(
        complaint(directory) == "\(name) is a link to ../blobs/abc, which does not exist; download it again")
    }
  }

  @Test func `a directory or a pipe instead of a model's file is refused without blocking`() async throws {
    for name in ["encoder-model.onnx", "encoder-model.onnx.data", "vocab.txt"] {
      try await withTemporaryDirectory { directory in
        var files = files
        files.files[name] = nil
        try files.write(to: directory)
        let path = directory.appending(path: name).path
        #expect(mkdir(path, 0o755) == 0)
        #expect(complaint(directory) == "cannot read \(name): it is a directory")
        #expect(rmdir(path) == 0)
        #expect(mkfifo(path, 0o644) == 0)
        #expect(complaint(directory) == "cannot read \(name): it is not a file")
      }
    }
  }

  @Test(arguments: ["../weights", "/weights", "a/../../weights"])
  func `weights outside of the model's directory are refused`(place: String) async throws {
    let graph = ONNXBytes.model([ONNXBytes.tensor(in: place)])
    #expect(
      try await complaint(of: "encoder-model.onnx", holding: Data(graph))
        == "encoder-model.onnx keeps weights in \(place), outside of the model's directory")
  }

  @Test func `the remedy for a faulty file depends on how the files were downloaded`() async throws {
    func remedy(_ path: String, _ prepare: (URL) throws -> Void) async throws -> String? {
      try await withTemporaryDirectory { root in
        let directory = root.appending(path: path)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var files = files
        files.files["encoder-model.onnx.data"] = Data(count: 3)
        try files.write(to: directory)
        try prepare(directory)
        return complaint(directory)?.replacing(
          "encoder-model.onnx.data has 3 bytes, needs 124; ", with: "")
      }
    }
    #expect(
      try await remedy("models--some--model/snapshots/8f23") { _ in }
        == "`hf download some/model` downloads it again")
    #expect(
      try await remedy("clone") { directory in
        try FileManager.default.createDirectory(
          at: directory.appending(path: ".git"), withIntermediateDirectories: false)
      } == "`git lfs pull` in DIR downloads it")
  }

  @Test func `a faulty file of the store is repaired by a pull of its model`() async throws {
    try await withTemporaryDirectory { directory in
      var files = files
      files.files["encoder-model.onnx.data"] = Data(count: 3)
      try files.write(to: directory)
      let model = try #require(HubRepository(named: "parakeet-tdt-0.6b-v3"))
      try Data(DownloadRecord(of: model).encoded()).write(
        to: directory.appending(path: DownloadRecord.fileName))
      let error = #expect(throws: ModelError.self) { try open(directory) }
      #expect(
        error?.reason
          == .file(
            "encoder-model.onnx.data", .wrongSize(bytes: 3, needed: 124), repair: .pull(model: model.name)))
      #expect(error?.description.hasSuffix("encoder-model.onnx.data has 3 bytes, needs 124") == true)
    }
  }
}

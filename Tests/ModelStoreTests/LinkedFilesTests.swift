import FoundationEssentials
import Support
import Testing

@testable import ModelStore

@Suite struct `A model whose files are links` {
  private func write(_ directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var files = ModelFiles()
    files.files["encoder-model.onnx"] = Data(
      ONNXBytes.model([ONNXBytes.tensor(in: "encoder-model.onnx.data", offset: 4, length: 60)]))
    files.files["encoder-model.onnx.data"] = Data(0..<64)
    files.files["decoder_joint-model.onnx"] = Data(ONNXBytes.model([]))
    try files.write(to: directory)
  }

  @Test(arguments: LinkLayout.allCases) func `a model of links has the size and hashes of its files`(
    layout: LinkLayout
  ) async throws {
    try await withTemporaryDirectory { root in
      let original = root.appending(path: "original")
      try write(original)
      let plain = try ModelDirectory(path: original.path)
      let memory = root.appending(path: "memory").path
      let place = try layout.make(of: original, in: root)
      let model = try ModelDirectory(path: place.path)
      #expect(model.graphBytes == plain.graphBytes)
      let sources = try SourceHashes(of: model, memory: memory)
      #expect(try sources.sha256 == SourceHashes(of: plain, memory: nil).sha256)
      // The hashes stay valid while the files look unchanged.
      let weights = URL(filePath: model.place(of: "encoder-model.onnx.data"))
      #expect(try SourceHashes(of: model, memory: memory) == sources)
      try Data(1..<66).write(to: weights.resolvingSymlinksInPath())
      #expect(try SourceHashes(of: model, memory: memory).sha256 != sources.sha256)
    }
  }

  @Test(arguments: LinkLayout.allCases) func `a graph with linked weights refers to them by open descriptors`(
    layout: LinkLayout
  )
    async throws
  {
    try await withTemporaryDirectory { root in
      let original = root.appending(path: "original")
      try write(original)
      let graph = try ExportedGraph(
        "encoder-model.onnx", in: try layout.make(of: original, in: root).path)
      let linked = try graph.linked()
      // OpenVINO itself resolves links of directories.
      let isPlain = [.directory, .inTheMiddle, .onlyGraphs].contains(layout)
      guard let linked else {
        #expect(isPlain)
        return
      }
      #expect(!isPlain)
      let file = linked.content.withUnsafeBytes { ONNXFile($0) }
      #expect(file.fault == nil)
      let tensor = try #require(file.externalTensors.first)
      #expect((tensor.offset, tensor.length) == (4, 60))
      #expect(tensor.file.hasPrefix("proc/self/fd/"))
      #expect(try Data(contentsOf: URL(filePath: "/\(tensor.file)")) == Data(0..<64))
    }
  }

  @Test func `weights in a linked subfolder count as outside of the graph's directory`() async throws {
    try await withTemporaryDirectory { root in
      let model = root.appending(path: "model")
      try write(model)
      try Data(ONNXBytes.model([ONNXBytes.tensor(in: "weights/..w")]))
        .write(to: model.appending(path: "encoder-model.onnx"))
      try FileManager.default.createDirectory(
        at: root.appending(path: "disk"), withIntermediateDirectories: false)
      try Data(count: 24).write(to: root.appending(path: "disk/..w"))
      try FileManager.default.createSymbolicLink(
        atPath: model.appending(path: "weights").path, withDestinationPath: "../disk")
      let graph = try ExportedGraph("encoder-model.onnx", in: model.path)
      #expect(graph.weights.map(\.isElsewhere) == [true])
      #expect(graph.bytes > 24)
    }
  }
}

import Devices
import FoundationEssentials
import Inference
import Support
import SystemPaths
import Testing
import Transducer

@testable import ModelStore
@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

@Suite struct `Models whose files are links` {
  private func transcript(
    _ model: ModelDirectory, precision: Precision = .f32, prepared: URL? = nil, cache: URL? = nil
  ) async throws -> Transcript {
    let settings = ComputeSettings(
      device: .cpu, precision: precision, cacheDirectory: cache?.path, preparedDirectory: prepared?.path)
    return try await Recognizer(model: model, settings: settings).transcribe(
      try Fixtures.samples("en-03.wav"))
  }

  @Test(arguments: LinkLayout.allCases) func `a model of links gives the text of plain files`(
    layout: LinkLayout
  ) async throws {
    try await withTemporaryDirectory { root in
      let original = root.appending(path: "original")
      try ExternalWeights.builtin(in: original)
      let plain = try await transcript(ModelDirectory(path: original.path))
      #expect(plain.text == "Close the office door.")
      let place = try layout.make(of: original, in: root)
      try FileManager.default.removeItem(at: original)
      let linked = try await transcript(ModelDirectory(path: place.path))
      #expect(linked.text == plain.text)
      #expect(linked.spoken.words == plain.spoken.words)
    }
  }

  @Test(arguments: [LinkLayout.cache, .besideTarget, .onlyWeights])
  func `a model of links is prepared and cached like plain files`(layout: LinkLayout) async throws {
    try await withTemporaryDirectory { root in
      let original = root.appending(path: "original")
      try ExternalWeights.builtin(in: original)
      let place = try layout.make(of: original, in: root)
      let (prepared, cache) = (root.appending(path: "prepared"), root.appending(path: "cache"))
      let plain = try ModelDirectory(path: original.path, name: "it")
      let linked = try ModelDirectory(path: place.path, name: "it")
      let first = try await transcript(linked, precision: .int8, prepared: prepared)
      let made = PreparedModel.all(in: prepared.path)
      #expect(made.count == 1)
      // Both share one prepared model, which needs the files of neither.
      let second = try await transcript(plain, precision: .int8, prepared: prepared)
      #expect(PreparedModel.all(in: prepared.path) == made)
      #expect((first.text, second.text) == ("Close the office door.", "Close the office door."))
      #expect(try await !transcript(linked, cache: cache).isFromCache)
      #expect(try await transcript(linked, cache: cache).isFromCache)
      try FileManager.default.removeItem(at: root.appending(path: "there"))
      try FileManager.default.removeItem(at: original)
      let alone = try ModelDirectory(path: #require(made.first).path)
      #expect(try await transcript(alone, precision: .int8).text == "Close the office door.")
    }
  }

  @Test(arguments: [LinkLayout.files, .absoluteFiles, .chain, .cache, .directory, .inTheMiddle, .otherNames])
  func `a prepared model moved behind links gives the right text`(layout: LinkLayout) async throws {
    try await withTemporaryDirectory { root in
      let prepared = try PreparedModels(directory: root.appending(path: "prepared").path)
        .prepared(ModelDirectory.find("builtin"), weights: .int8)
      let place = try layout.make(of: URL(filePath: prepared.path), in: root)
      // The copies have other times: the files are read, and are intact.
      let model = try ModelDirectory(path: place.path)
      try FileManager.default.removeItem(atPath: prepared.path)
      #expect(try await transcript(model, precision: .int8).text == "Close the office door.")
    }
  }

  @Test func `prepared models and compiled networks can be kept behind links`() async throws {
    try await withTemporaryDirectory { root in
      let model = try ModelDirectory.find("builtin")
      let disk = root.appending(path: "disk")
      func behindLink(_ name: String) throws -> URL {
        let link = root.appending(path: name)
        try FileManager.default.createDirectory(
          at: disk.appending(path: name), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "disk/\(name)")
        return link
      }
      let (prepared, cache) = (try behindLink("prepared"), try behindLink("compiled"))
      for start in 0..<2 {
        #expect(
          try await transcript(model, precision: .int8, prepared: prepared).text == "Close the office door.")
        let kept = try await transcript(model, cache: cache)
        #expect(kept.isFromCache == (start > 0))
      }
      // The files of compiled networks, too.
      for folder in try FileManager.default.contentsOfDirectory(atPath: cache.path) {
        let folder = cache.appending(path: folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasSuffix(".blob") {
          let (file, moved) = (folder.appending(path: name), disk.appending(path: name))
          try FileManager.default.moveItem(atPath: file.path, toPath: moved.path)
          try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: moved.path)
        }
      }
      #expect(try await transcript(model, cache: cache).isFromCache)
    }
  }

  @Test func `the weights of a model of links are mapped, not read`() async throws {
    try await withTemporaryDirectory { root in
      let original = root.appending(path: "original")
      try ExternalWeights.builtin(in: original)
      let model = try ModelDirectory(path: LinkLayout.cache.make(of: original, in: root).path)
      let weights = try #require(Files.realPath("\(model.path)/encoder-model.onnx.data"))
      func isMapped() throws -> Bool {
        String(systemBytes: try Files.contents(of: "/proc/self/maps")).split(separator: "\n").contains {
          $0.hasSuffix(weights) && $0.contains(" r--s ")
        }
      }
      #expect(try !isMapped())
      let runtime = try Runtime()
      let graph = try SpeechGraphs.encoder(of: model, weights: nil, runtime: runtime)
      #expect(try isMapped())
      #expect(try graph.inputs.count == 2)
    }
  }
}

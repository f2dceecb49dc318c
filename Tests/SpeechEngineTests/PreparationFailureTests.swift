import Devices
import FoundationEssentials
import Glibc
import Storage
import Support
import SystemPaths
import Testing

@testable import ModelStore
@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

@Suite struct `Failing preparations` {
  @Test func `the leftovers of an interrupted preparation are not used, and are removed`() async throws {
    try await withTemporaryDirectory { directory in
      let store = PreparedModels(directory: directory.path)
      let model = try ModelDirectory.find("builtin")
      func leaveHalf() throws {
        let half = directory.appending(path: ".making-1-1")
        try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: half.appending(path: "encoder.xml"))
      }
      for start in 0..<2 {
        try leaveHalf()
        let events = PreparationEvents()
        let prepared = try store.prepared(model, weights: .int8) { events.append(.preparation($0)) }
        #expect(events.beginnings == (start == 0 ? 1 : 0))
        #expect(try fileNames(in: directory.path) == [".hashes", ".lock", prepared.path.components.last])
      }
    }
  }

  @Test func `the files of a preparation in another process are left alone`() async throws {
    try await withTemporaryDirectory { directory in
      let store = PreparedModels(directory: directory.path)
      let model = try ModelDirectory.find("builtin")
      _ = try store.prepared(model, weights: .int8)
      try FileManager.default.createDirectory(
        at: directory.appending(path: ".making-1-1"), withIntermediateDirectories: true)
      let lock = try FileLock(in: directory.path)
      _ = try store.prepared(model, weights: .int8)
      #expect(try fileNames(in: directory.path).contains(".making-1-1"))
      _ = consume lock
    }
  }

  @Test func `simultaneous preparations make one prepared model`() async throws {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let settings = ComputeSettings(precision: .int8, preparedDirectory: directory.path)
      let events = PreparationEvents()
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<3 {
          group.addTask {
            let recognizer = Recognizer(model: model, settings: settings, onEvent: events.append)
            try await recognizer.prepare()
            return try await spokenText("en-01.wav", recognizer)
          }
        }
        for try await text in group { #expect(text == "Open the garden blinds.") }
      }
      #expect(events.beginnings == 1)
    }
  }

  @Test(arguments: ["encoder.bin", "joint-network.xml", "vocab.txt", "prepared.json"], [true, false])
  func `a prepared model with a damaged file is made again`(name: String, isCut: Bool) async throws {
    try await withTemporaryDirectory { directory in
      let store = PreparedModels(directory: directory.path)
      let model = try ModelDirectory.find("builtin")
      let prepared = try store.prepared(model, weights: .int8)
      let file = URL(filePath: "\(prepared.path)/\(name)")
      let data = try Data(contentsOf: file)
      try (isCut ? data.prefix(data.count / 2) : Data(data.map { _ in 0 })).write(to: file)
      let events = PreparationEvents()
      let settings = ComputeSettings(precision: .int8, preparedDirectory: directory.path)
      let recognizer = Recognizer(model: model, settings: settings, onEvent: events.append)
      try await recognizer.prepare()
      #expect(events.beginnings == 1)
      #expect(try await spokenText("en-01.wav", recognizer) == "Open the garden blinds.")
      #expect(try fileNames(in: directory.path).count == 3, "the damaged one is gone")
    }
  }

  @Test func `damage that time and size hide is repaired when OpenVINO refuses the file`() async throws {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let prepared = try PreparedModels(directory: directory.path).prepared(model, weights: .int8)
      try HiddenDamage.spoil("\(prepared.path)/encoder.xml")
      let events = PreparationEvents()
      let recognizer = Recognizer(
        model: model, settings: ComputeSettings(precision: .int8, preparedDirectory: directory.path),
        onEvent: events.append)
      try await recognizer.prepare()
      #expect(events.beginnings == 1)
      #expect(try await spokenText("en-01.wav", recognizer) == "Open the garden blinds.")
    }
  }

  @Test func `a preparation with too little space fails before anything is written`() async throws {
    try await withTemporaryDirectory { directory in
      var store = PreparedModels(directory: directory.path)
      store.freeBytes = { _ in 5_000_000 }
      #expect {
        _ = try store.prepared(try ModelDirectory.find("builtin"), weights: .int8)
      } throws: { error in
        "\(error)".contains("MB are needed, 5 MB are free")
      }
      let left = try fileNames(in: directory.path)
      #expect(left == [".hashes", ".lock"])
    }
  }

  @Test func `a preparation in a directory that cannot be created names its path`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "file")
      try Data().write(to: file)
      let recognizer = Recognizer(
        model: try ModelDirectory.find("builtin"),
        settings: ComputeSettings(precision: .int8, preparedDirectory: "\(file.path)/prepared"))
      await #expect {
        try await recognizer.prepare()
      } throws: { error in
        "\(error)".contains("\(file.path)/prepared") && !"\(error)".contains("\n")
      }
    }
  }

  @Test func `a model without space for its prepared form is used unprepared with a warning`() async throws {
    try await withTemporaryDirectory { directory in
      var store = PreparedModels(directory: directory.path)
      store.freeBytes = { _ in 5_000_000 }
      let events = PreparationEvents()
      let model = try ModelDirectory.find("builtin")
      #expect(try store.preparedIfKept(model, weights: .int8) { events.append(.preparation($0)) } == nil)
      #expect(events.all.count == 1 && events.all.allSatisfy(\.isTrouble))
      let text = events.all.first?.description ?? ""
      for part in [directory.path, "MB are needed, 5 MB are free"] {
        #expect(text.contains(part))
      }
    }
  }

  // Not even root can create a directory there.
  @Test(.enabled(if: Files.isDirectory("/sys/kernel")), arguments: [Precision.int8, .f32])
  func `a data directory that cannot be written to gives one warning, and recognition works`(
    precision: Precision
  ) async throws {
    let place = "/sys/kernel/lorikeet"
    let events = PreparationEvents()
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"),
      settings: ComputeSettings(
        device: .cpu, precision: precision, cacheDirectory: "\(place)/compiled",
        preparedDirectory: "\(place)/prepared"),
      onEvent: events.append)
    try await recognizer.prepare()
    #expect(try await spokenText("en-01.wav", recognizer) == "Open the garden blinds.")
    #expect(events.all.count == 1 && events.all.allSatisfy(\.isTrouble))
    let text = events.all.first?.description ?? ""
    #expect(text.contains(place))
    #expect(!text.contains("\n"))
  }

  @Test func `a preparation that is not kept is reported once for each reason, other events each time`() {
    let events = PreparationEvents()
    let report = PreparationReport { events.append(.preparation($0)) }
    let full = FileError("/data/compiled", code: ENOSPC)
    report(.notKept(model: "m", full))
    report(.notKept(model: "m", FileError("/data/prepared", "9 MB are needed", code: ENOSPC)))
    report(.notKept(model: "m", FileError("/data/compiled", code: EROFS)))
    report(.waiting(model: "m"))
    report(.waiting(model: "m"))
    #expect(
      events.all == [
        .notKept(model: "m", full), .notKept(model: "m", FileError("/data/compiled", code: EROFS)),
        .waiting(model: "m"), .waiting(model: "m"),
      ])
  }

  @Test func `a model without float weights cannot be prepared`() async throws {
    try await withTemporaryDirectory { directory in
      let model = try ModelDirectory.find("builtin")
      let prepared = try PreparedModels(directory: directory.path).prepared(model, weights: .int8)
      #expect(throws: ParakeetError.self) {
        _ = try PreparedModels(directory: directory.path)
          .prepared(ModelDirectory(path: prepared.path), weights: .f16)
      }
    }
  }
}

extension String {
  fileprivate var components: [String] { split(separator: "/").map(String.init) }
}

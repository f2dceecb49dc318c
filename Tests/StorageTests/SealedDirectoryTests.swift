import FoundationEssentials
import Glibc
import Storage
import Support
import SystemPaths
import Testing

private struct Note: SealedManifest {
  static let fileName = "note.json"
  var text: String
  var files: [FileRecord]
}

private typealias Sealed = SealedDirectory<Note>

@discardableResult
private func make(_ text: String, at place: String) throws -> Sealed {
  let temporary = try TemporaryDirectory(in: Files.parent(of: place))
  try Files.write(text.utf8, to: "\(temporary.path)/b.txt")
  try Files.write([], to: "\(temporary.path)/a.txt")
  return try temporary.seal(at: place) { Note(text: text, files: $0) }
}

@Suite struct `A sealed directory` {
  @Test func `a directory that was sealed is found with its manifest and files, and nothing is beside it`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let parent = "\(directory.path)/kept"
      let sealed = try make("one", at: "\(parent)/x")
      #expect(sealed.path == "\(parent)/x" && sealed.manifest.text == "one")
      #expect(sealed.manifest.files.map(\.name) == ["a.txt", "b.txt"] && sealed.size == 3)
      #expect(sealed.looksUnchanged && sealed.isIntact() && sealed.isIntact(readingAll: true))
      #expect(Sealed(at: "\(parent)/x") == sealed)
      #expect(Sealed.all(in: parent) == [sealed])
      #expect(try Files.names(in: parent) == ["x"])
      #expect(try Files.names(in: sealed.path) == ["a.txt", "b.txt", "note.json"])
    }
  }

  // A data directory of an earlier version stays valid.
  @Test func `a manifest is JSON with the names, sizes, times and hashes of files`() async throws {
    try await withTemporaryDirectory { directory in
      let sealed = try make("one", at: "\(directory.path)/x")
      let json = try Data(Files.contents(of: "\(sealed.path)/note.json"))
      let object = try JSONDecoder().decode(Plain.self, from: json)
      let status = try #require(Files.status(of: "\(sealed.path)/b.txt"))
      let time = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
      #expect(
        object.files.last
          == .init(
            name: "b.txt", size: 3, modified: time,
            sha256: "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"))
    }
  }

  private struct Plain: Decodable {
    struct File: Decodable, Equatable {
      var name: String
      var size, modified: Int64
      var sha256: String
    }
    var files: [File]
  }

  @Test(arguments: ["b.txt", "other"])
  func `a directory that is sealed at the place of another replaces it`(name: String) async throws {
    try await withTemporaryDirectory { directory in
      let place = "\(directory.path)/x"
      try Files.makeDirectories(place)
      try Files.write([1], to: "\(place)/\(name)")
      try make("new", at: place)
      #expect(Sealed(at: place)?.manifest.text == "new")
      #expect(try Files.names(in: place) == ["a.txt", "b.txt", "note.json"])
      #expect(try Files.names(in: directory.path) == ["x"])
    }
  }

  @Test func `directories that are sealed at one place at once leave one of them, whole`() async throws {
    try await withTemporaryDirectory { directory in
      let place = "\(directory.path)/x"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<8 { group.addTask { try make("\(index)", at: place) } }
        try await group.waitForAll()
      }
      #expect(try #require(Sealed(at: place)).isIntact(readingAll: true))
      #expect(try Files.names(in: directory.path) == ["x"])
    }
  }

  @Test func `a file that is damaged, cut or missing is found`() async throws {
    try await withTemporaryDirectory { directory in
      let place = "\(directory.path)/x"
      let file = "\(place)/b.txt"
      try make("one", at: place)
      try rewrite(file, Array("two".utf8), keepingTimes: true)
      #expect(Sealed(at: place)?.isIntact() == true)
      #expect(Sealed(at: place)?.isIntact(readingAll: true) == false)
      try rewrite(file, Array("two".utf8), keepingTimes: false)
      #expect(Sealed(at: place)?.looksUnchanged == false && Sealed(at: place)?.isIntact() == false)
      try rewrite(file, Array("one".utf8), keepingTimes: false)
      #expect(Sealed(at: place)?.looksUnchanged == false && Sealed(at: place)?.isIntact() == true)
      try rewrite(file, Array("on".utf8), keepingTimes: true)
      #expect(Sealed(at: place)?.isIntact() == false)
      try Files.removeFile(file)
      #expect(Sealed(at: place)?.isIntact() == false)
    }
  }

  @Test(arguments: [nil, "", "{", "{}", "[1]"])
  func `a directory without a manifest that can be read does not count`(manifest: String?) async throws {
    try await withTemporaryDirectory { directory in
      let place = "\(directory.path)/x"
      try make("one", at: place)
      try Files.removeFile("\(place)/note.json")
      if let manifest { try Files.write(manifest.utf8, to: "\(place)/note.json") }
      #expect(Sealed(at: place) == nil && Sealed.all(in: directory.path).isEmpty)
    }
  }

  @Test func `a directory without files is sealed, but not intact`() async throws {
    try await withTemporaryDirectory { directory in
      let temporary = try TemporaryDirectory(in: directory.path)
      let sealed = try temporary.seal(at: "\(directory.path)/x") { Note(text: "", files: $0) }
      #expect(Sealed(at: sealed.path) == sealed && !sealed.isIntact() && !sealed.looksUnchanged)
    }
  }

  @Test func `a directory that is sealed again in its place lists its new files`() async throws {
    try await withTemporaryDirectory { directory in
      let place = "\(directory.path)/x"
      try make("one", at: place)
      try Files.write([1], to: "\(place)/c.txt")
      let sealed = try Sealed(sealing: place) { Note(text: "two", files: $0) }
      #expect(sealed.manifest.files.map(\.name) == ["a.txt", "b.txt", "c.txt"])
      #expect(Sealed(at: place) == sealed)
    }
  }

  @Test func `a directory that is removed leaves nothing, and one that is gone is an error`() async throws {
    try await withTemporaryDirectory { directory in
      let sealed = try make("one", at: "\(directory.path)/x")
      try sealed.remove()
      #expect(try Files.names(in: directory.path).isEmpty)
      #expect(throws: FileError(sealed.path, code: ENOENT)) { try sealed.remove() }
    }
  }
}

@Suite struct `Temporary paths` {
  @Test func `a temporary directory that was not sealed is removed with its value`() async throws {
    try await withTemporaryDirectory { directory in
      do {
        let temporary = try TemporaryDirectory(in: "\(directory.path)/kept")
        try Files.write([1], to: "\(temporary.path)/half")
        #expect(TemporaryPath.contains("\(temporary.path)/half", in: "\(directory.path)/kept"))
        #expect(TemporaryPath.isUsed(in: "\(directory.path)/kept"))
      }
      #expect(try Files.names(in: "\(directory.path)/kept").isEmpty)
      #expect(!TemporaryPath.isUsed(in: "\(directory.path)/kept"))
    }
  }

  @Test func `what a dead process left is removed, what a living one makes is kept`() async throws {
    try await withTemporaryDirectory { directory in
      let dead = ".making-\(try deadProcess())-1"
      let living = [".making-\(getpid())-2", ".making-1-3"]
      for name in [dead, "\(dead)-damaged", "kept"] + living {
        try Files.makeDirectories("\(directory.path)/\(name)")
        try Files.write([1], to: "\(directory.path)/\(name)/half")
      }
      #expect(TemporaryPath.abandoned(in: directory.path) == [dead, "\(dead)-damaged"].sorted())
      TemporaryPath.removeAbandoned(in: directory.path)
      #expect(try Files.names(in: directory.path) == (living + ["kept"]).sorted())
    }
  }

  @Test func `the holder of the lock removes all that is temporary, and nothing else`() async throws {
    try await withTemporaryDirectory { directory in
      for name in [".making-1-1", ".making-\(getpid())-2", ".hashes", "kept"] {
        try Files.makeDirectories("\(directory.path)/\(name)")
      }
      try Files.write([1], to: "\(directory.path)/.making-1-3")
      TemporaryPath.removeAll(in: directory.path, holding: try FileLock(waitingIn: directory.path))
      #expect(try Files.names(in: directory.path) == [".hashes", ".lock", "kept"])
    }
  }

  /// Returns the identifier of a process that has ended.
  private func deadProcess() throws -> pid_t {
    let process = try #require(popen("echo $$", "re"))
    defer { pclose(process) }
    var line = [CChar](repeating: 0, count: 32)
    _ = fgets(&line, Int32(line.count), process)
    return try #require(pid_t(String(systemCString: line).filter(\.isNumber)))
  }
}

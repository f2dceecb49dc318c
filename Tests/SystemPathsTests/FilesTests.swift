import FoundationEssentials
import Glibc
import Support
import SystemPaths
import Testing

/// "caf\xE9", which is "café" in Latin-1.
private let latin = String(systemBytes: [0x63, 0x61, 0x66, 0xE9])

@Suite struct `Files whose names are not UTF-8` {
  @Test func `files with names that are not UTF-8 are written, found, read, renamed, copied and removed`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/\(latin)"
      try Files.makeDirectories("\(folder)/a/\(latin)")
      #expect(Files.isDirectory("\(folder)/a/\(latin)"))
      #expect(try Files.names(in: directory.path) == [latin])

      let file = "\(folder)/\(latin).txt"
      try Files.write(Array("one".utf8), to: file)
      try Files.write(Array("three".utf8), to: file)
      #expect(try Files.contents(of: file) == Array("three".utf8))
      #expect(try Files.contents(of: file, atMost: 5) == Array("three".utf8))
      #expect(throws: FileError(file, "it has 5 bytes, expected at most 4")) {
        try Files.contents(of: file, atMost: 4)
      }
      #expect(try Files.withBytes(of: file) { Array($0) } == Array("three".utf8))
      #expect(Files.status(of: file)?.st_size == 5)
      #expect(Files.access(file, R_OK) == 0)

      try Files.copy(file, to: "\(folder)/copy-\(latin)")
      let copy = "\(folder)/copy-\(latin)"
      #expect(throws: FileError(copy, code: EEXIST)) { try Files.copy(file, to: copy) }
      #expect(Files.rename(file, "\(folder)/new-\(latin)") == 0)
      #expect(!Files.isThere(file))
      #expect(try Files.names(in: folder) == ["a", "copy-\(latin)", "new-\(latin)"])

      let made = latin.withSystemCString { latin in "\(folder)/link".withSystemCString { symlink(latin, $0) }
      }
      #expect(made == 0)
      #expect(Files.link(at: "\(folder)/link") == latin)
      #expect(Files.link(at: folder) == nil)

      try Files.remove(folder)
      #expect(try Files.names(in: directory.path).isEmpty)
    }
  }

  @Test func `a file name that is not UTF-8 matches only a file with the same bytes`() async throws {
    try await withTemporaryDirectory { directory in
      // Neither a file under Swift's repaired name nor one with the placeholder's own bytes matches.
      for name in ["caf\u{FFFD}", "caf\u{E9}", String(systemBytes: Array(latin.utf8))] {
        try Files.write([1], to: "\(directory.path)/\(name)")
      }
      #expect(!Files.isThere("\(directory.path)/\(latin)"))
      let path = "\(directory.path)/\(latin)"
      #expect(throws: FileError(path, code: ENOENT)) { try Files.contents(of: path) }
      #expect(try Files.names(in: directory.path).count == 3)
    }
  }
}

@Suite struct `Files and directories` {
  @Test func `removing a directory keeps the target of a link in it`() async throws {
    try await withTemporaryDirectory { directory in
      let (kept, gone) = ("\(directory.path)/kept", "\(directory.path)/gone")
      try Files.makeDirectories(kept)
      try Files.makeDirectories(gone)
      try Files.write([1], to: "\(kept)/file")
      #expect(symlink(kept, "\(gone)/link") == 0)
      try Files.remove(gone)
      #expect(try Files.names(in: directory.path) == ["kept"])
      #expect(try Files.contents(of: "\(kept)/file") == [1])
    }
  }

  @Test func `files and directories that cannot be accessed are refused with the system's error`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.write([], to: file)
      #expect(try Files.contents(of: file).isEmpty)
      #expect(try Files.withBytes(of: file) { $0.count } == 0)
      #expect(throws: FileError(file, code: ENOTDIR)) { try Files.names(in: file) }
      #expect(throws: FileError(file, code: EEXIST)) { try Files.makeDirectories(file) }
      let below = "\(file)/a/b"
      #expect(throws: FileError(below, code: ENOTDIR)) { try Files.makeDirectories(below) }
      #expect(throws: FileError(directory.path, code: EISDIR)) { try Files.contents(of: directory.path) }
      #expect("\(FileError(file, code: ENOENT))" == "\(file): No such file or directory")
      try Files.makeDirectories(directory.path)
      try Files.makeDirectories("\(directory.path)/x/y/")
      #expect(Files.isDirectory("\(directory.path)/x/y"))
    }
  }

  @Test func `the kernel's files are read although their size is zero`() throws {
    #expect(try !Files.contents(of: "/proc/self/maps").isEmpty)
  }

  @Test(arguments: [
    ("/a/b", "/a"), ("a/b", "a"), ("/a", ""), ("a", ""), ("", ""), ("/a/b/", "/a/b"), ("/a/\u{301}b", "/a"),
  ])
  func `a path's parent is found by its bytes`(path: String, parent: String) {
    #expect(Files.parent(of: path) == parent)
  }
}

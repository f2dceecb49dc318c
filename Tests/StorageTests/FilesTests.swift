import FoundationEssentials
import Glibc
import Storage
import Support
import SystemPaths
import Testing

@Suite struct `Files that are kept` {
  @Test(arguments: ["file", String(systemBytes: [0x63, 0x61, 0x66, 0xE9])])
  func `a replaced file has the new content, and nothing else is left in its directory`(name: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/\(name)"
      try Files.replace(file, with: Array("one".utf8))
      try Files.replace(file, with: Array("three".utf8))
      #expect(try Files.contents(of: file) == Array("three".utf8))
      #expect(try Files.names(in: directory.path) == [name])
    }
  }

  @Test func `a file that cannot be replaced keeps its content, and the error names a path and a reason`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.makeDirectories("\(file)/inside")
      #expect(throws: FileError(file, code: EISDIR)) { try Files.replace(file, with: [1]) }
      #expect(try Files.names(in: directory.path) == ["file"])
      let below = "\(directory.path)/missing/file"
      let error = #expect(throws: FileError.self) { try Files.replace(below, with: [1]) }
      #expect(error?.code == ENOENT && error?.message == "No such file or directory")
    }
  }

  @Test func `a file that is moved onto another replaces it, and a missing one is an error`() async throws {
    try await withTemporaryDirectory { directory in
      let (old, new) = ("\(directory.path)/old", "\(directory.path)/new")
      try Files.write([1], to: old)
      try Files.write([2, 2], to: new)
      try Files.move(new, to: old)
      #expect(Files.size(of: old) == 2 && Files.size(of: new) == nil)
      #expect(throws: FileError(old, code: ENOENT)) { try Files.move(new, to: old) }
    }
  }

  @Test func `a file that is missing can be removed, a directory cannot`() async throws {
    try await withTemporaryDirectory { directory in
      try Files.removeFile("\(directory.path)/missing")
      try Files.makeDirectories("\(directory.path)/folder")
      #expect(throws: FileError.self) { try Files.removeFile("\(directory.path)/folder") }
      #expect(Files.size(of: "\(directory.path)/folder") == nil)
    }
  }

  @Test func `a directory below a link that leads nowhere is refused with the link and its target`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let link = "\(directory.path)/link"
      #expect(symlink("/nowhere", link) == 0)
      let below = "\(link)/a/b"
      #expect(throws: FileError(below, "\(link) is a link to /nowhere, which does not exist", code: EEXIST)) {
        try Files.makeDirectories(below)
      }
    }
  }

  // Not even root can create a file there.
  @Test(.enabled(if: Files.isDirectory("/sys/kernel")))
  func `an attempt to write says why a directory takes nothing, and leaves nothing in one that does`()
    async throws
  {
    let error = #expect(throws: FileError.self) { try Files.checkWriting(in: "/sys/kernel") }
    #expect(error?.path == "/sys/kernel" && error?.code != nil)
    try await withTemporaryDirectory { directory in
      try Files.checkWriting(in: directory.path)
      #expect(try Files.names(in: directory.path).isEmpty)
      #expect(try #require(Files.freeBytes(in: directory.path)) >= 0)
    }
    #expect(Files.freeBytes(in: "/nowhere") == nil)
  }

  // The kernel's file that is always full.
  @Test(.enabled(if: Files.isThere("/dev/full")))
  func `a full disk is an error with its code`() throws {
    #expect(throws: FileError("/dev/full", code: ENOSPC)) { try Files.write([1], to: "/dev/full") }
    let file = try OpenFile("/dev/full", flags: O_WRONLY)
    #expect(throws: FileError("/dev/full", code: ENOSPC)) { try file.write([1], at: 0) }
  }
}

import FoundationEssentials
import Glibc
import Storage
import Support
import SystemPaths
import Testing

@Suite struct `The lock of a directory` {
  @Test func `a lock is held by one at a time, and free when it is released`() async throws {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/a/b"
      let first = try #require(try lock(folder))
      #expect(try lock(folder) == nil)
      first.release()
      #expect(try lock(folder) != nil)
      #expect(try Files.names(in: folder) == [FileLock.fileName])
    }
  }

  @Test func `a lock is of no use to its holder when its directory was removed and made again`() async throws
  {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/model"
      let first = try #require(try lock(folder))
      try Files.remove(folder)
      #expect(try lock(folder) != nil)
      first.release()
    }
  }

  @Test func `a lock that another process holds is not taken, and is awaited until that process ends`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let ready = "\(directory.path)/ready"
      let folder = "\(directory.path)/model"
      try Files.makeDirectories(folder)
      // It holds the lock until its input ends.
      let command = "exec 9> '\(folder)/\(FileLock.fileName)'; flock 9; : > '\(ready)'; read line"
      let process = try #require(popen(command, "we"))
      while !Files.isThere(ready) { usleep(1000) }
      #expect(try lock(folder) == nil)
      let waiting = Task.detached { try FileLock(waitingIn: folder).removeDirectoryIfEmpty() }
      usleep(50_000)
      #expect(Files.isThere(folder), "the lock is awaited")
      pclose(process)
      try await waiting.value
      #expect(!Files.isThere(folder))
    }
  }

  @Test func `a directory is removed with its lock only if it holds nothing else`() async throws {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/model"
      try Files.makeDirectories(folder)
      try Files.write([1], to: "\(folder)/file")
      try FileLock(waitingIn: folder).removeDirectoryIfEmpty()
      #expect(try Files.names(in: folder) == [FileLock.fileName, "file"])
      try Files.removeFile("\(folder)/file")
      try FileLock(waitingIn: folder).removeDirectoryIfEmpty()
      #expect(!Files.isThere(folder))
    }
  }

  @Test func `a directory that cannot be made is an error with its path`() async throws {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.write([], to: file)
      #expect(throws: FileError(file, code: EEXIST)) { _ = try lock(file) }
      #expect(throws: FileError("\(file)/a", code: ENOTDIR)) { _ = try lock("\(file)/a") }
    }
  }

  private func lock(_ folder: String) throws -> Held? {
    guard let lock = try FileLock(in: folder) else { return nil }
    return Held(lock)
  }
}

/// A lock in a form that an expectation can hold.
private final class Held: Equatable {
  private var lock: FileLock?

  init(_ lock: consuming FileLock) {
    self.lock = consume lock
  }

  func release() { lock = nil }

  static func == (left: Held, right: Held) -> Bool { left === right }
}

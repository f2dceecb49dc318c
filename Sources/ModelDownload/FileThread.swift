internal import Glibc
internal import NIOPosix
internal import Storage
internal import SystemPaths

/// Runs blocking work on NIO's threads for that, so that it never occupies the cooperative pool.
func onFileThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws(FileError) -> Value
) async throws(FileError) -> Value {
  let result: Result<Value, FileError>
  do {
    result = try await NIOThreadPool.singleton.runIfActive {
      do throws(FileError) {
        return .success(try work())
      } catch {
        return .failure(error)
      }
    }
  } catch {
    throw FileError("", "the program is ending", code: ECANCELED)
  }
  return try result.get()
}

extension FileHash {
  /// Bytes hashed between two checks for cancellation.
  private static let step = 64 << 20

  /// Reads a file on threads for blocking work.
  static func of(_ path: String) async throws(FileError) -> FileHash {
    var hasher = try await onFileThread { () throws(FileError) in
      try FileHasher(path, includingGitBlob: true)
    }
    while !hasher.isAtEnd {
      guard !Task.isCancelled else { throw FileError(path, code: ECANCELED) }
      let before = hasher
      hasher = try await onFileThread { () throws(FileError) in
        var hasher = before
        try hasher.read(upTo: step)
        return hasher
      }
    }
    return hasher.finish()
  }
}

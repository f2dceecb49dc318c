public import Glibc

/// A file or directory that could not be read, written, moved or removed.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// The system's `errno`; `nil` if it was not the system that refused.
  public let code: Int32?
  /// The reason, without the path: "No space left on device".
  public let message: String

  /// Creates the error of a system call.
  ///
  /// - Parameter code: The system's `errno`; without it, that of the call that failed last on this thread.
  public init(_ path: String, code: Int32 = errno) {
    self.init(path, String(cString: strerror(code)), code: code)
  }

  /// Creates an error with a reason.
  public init(_ path: String, _ message: String, code: Int32? = nil) {
    self.path = path
    self.code = code
    self.message = message
  }

  /// The path and the reason: "/data/models: No space left on device".
  public var description: String { "\(path): \(message)" }
}

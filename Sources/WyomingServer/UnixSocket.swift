internal import Glibc

/// The file of a Unix socket.
enum UnixSocket {
  /// Removes it, as nobody listens there any longer.
  static func remove(_ path: String) {
    unlink(path)
  }
}

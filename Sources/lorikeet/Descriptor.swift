internal import Glibc

/// The reason why a descriptor accepted only a part of some bytes.
struct WriteFailure {
  /// The system's `errno`.
  let code: Int32
  /// The number of bytes that the descriptor accepted.
  let written: Int
}

/// Writes all bytes. Waits while the descriptor accepts none.
///
/// - Returns: `nil` if all bytes are written.
func write(_ bytes: [UInt8], to descriptor: Int32) -> WriteFailure? {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno == EAGAIN {
      // Another process has made the shared descriptor non-blocking.
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&wait, 1, -1)
    } else if errno != EINTR {
      return WriteFailure(code: errno, written: bytes.count - rest.count)
    }
  }
  return nil
}

internal import Glibc

/// Writes all bytes. Waits while the descriptor accepts none.
func write(_ bytes: [UInt8], to descriptor: Int32) throws(DescriptorError) {
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
      throw DescriptorError(code: errno, written: bytes.count - rest.count)
    }
  }
}

/// The error of a descriptor that accepts no more bytes.
struct DescriptorError: Error {
  /// `errno`.
  let code: Int32
  /// The number of bytes that the descriptor accepted.
  let written: Int
}

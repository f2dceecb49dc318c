internal import Glibc

/// Writes all of the bytes; waits where a descriptor takes no more for now.
func write(_ bytes: [UInt8], to descriptor: Int32) throws(DescriptorError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno == EAGAIN {
      // Somebody who shares it does not want to wait.
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&wait, 1, -1)
    } else if errno != EINTR {
      throw DescriptorError(code: errno, written: bytes.count - rest.count)
    }
  }
}

/// A descriptor that takes no more.
struct DescriptorError: Error {
  /// `errno`.
  let code: Int32
  /// Bytes that it has taken.
  let written: Int
}

internal import Glibc
internal import NIOCore
internal import SystemPaths

extension SocketAddress {
  /// The address of a socket in the file system. NIO's own takes paths of UTF-8 only.
  ///
  /// - Throws: If the path is too long for the system.
  init(socketAt path: String) throws(SocketAddressError) {
    let bytes = path.systemBytes
    var address = sockaddr_un()
    // A zero stands behind it.
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .unixDomainSocketPathTooLong
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.init(address)
  }
}

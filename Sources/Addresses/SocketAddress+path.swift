internal import Glibc
public import NIOCore
internal import SystemPaths

extension SocketAddress {
  /// Creates the address of a socket in the file system. NIO's own initializer takes only paths in UTF-8.
  ///
  /// - Throws: `unixDomainSocketPathTooLong` if the path is too long for the system.
  public init(socketAt path: String) throws(SocketAddressError) {
    let bytes = path.systemBytes
    var address = sockaddr_un()
    // The path ends with a zero byte.
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .unixDomainSocketPathTooLong
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.init(address)
  }
}

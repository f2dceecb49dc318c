public import MulticastDNS
internal import NIOCore

extension IPAddress {
  /// Parses an address: "192.168.1.5" or "fe80::1".
  ///
  /// - Returns: `nil` if the text is not an address, such as a host name.
  public init?(text: String) {
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    self.init(address)
  }

  init?(_ address: SocketAddress) {
    // The offset of the address in sockaddr_in and sockaddr_in6.
    let place: Range<Int>
    switch address {
    case .v4: place = 4..<8
    case .v6: place = 8..<24
    case .unixDomainSocket: return nil
    }
    self.init(bytes: address.withSockAddr { UnsafeRawBufferPointer(start: $0, count: $1)[place].map(\.self) })
  }

  /// - Parameter link: The interface that a link-local address belongs to.
  func socketAddress(port: UInt16, on link: UInt32) -> SocketAddress? {
    guard let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: Int(port)) else {
      return nil
    }
    guard case .v6(let value) = address else { return address }
    var scoped = value.address
    // sin6_scope_id, the last of its members.
    withUnsafeMutableBytes(of: &scoped) { $0.storeBytes(of: link, toByteOffset: 24, as: UInt32.self) }
    return SocketAddress(scoped)
  }

  /// The usual text form.
  var text: String { socketAddress(port: 0, on: 0)?.ipAddress ?? "" }
}

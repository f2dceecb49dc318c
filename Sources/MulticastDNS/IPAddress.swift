/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
  case v4(SIMD4<UInt8>)
  case v6(SIMD16<UInt8>)

  /// Creates an address from its bytes, in network order.
  ///
  /// - Returns: `nil` unless there are 4 or 16 bytes.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: self = .v4(SIMD4(bytes))
    case 16: self = .v6(SIMD16(bytes))
    default: return nil
    }
  }

  /// The 4 or 16 bytes, in network order.
  public var bytes: [UInt8] {
    switch self {
    case .v4(let value): value.indices.map { value[$0] }
    case .v6(let value): value.indices.map { value[$0] }
    }
  }

  /// The version of the internet protocol.
  public var family: Family {
    switch self {
    case .v4: .v4
    case .v6: .v6
    }
  }

  /// True for 0.0.0.0 and ::, on which a server listens on all addresses.
  public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

  /// True for 127.0.0.0/8 and ::1, which are of no use to another machine.
  public var isLoopback: Bool {
    switch self {
    case .v4(let value): value[0] == 127
    case .v6: bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
  }
}

/// The version of the internet protocol that carries a packet.
public enum Family: Hashable, Sendable, CaseIterable {
  case v4, v6
}

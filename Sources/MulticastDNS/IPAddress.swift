/// An address of version 4 or 6.
public enum IPAddress: Hashable, Sendable {
  case v4(SIMD4<UInt8>)
  case v6(SIMD16<UInt8>)

  /// - Returns: `nil` unless there are 4 or 16 bytes, in network order.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: self = .v4(SIMD4(bytes))
    case 16: self = .v6(SIMD16(bytes))
    default: return nil
    }
  }

  /// In network order.
  public var bytes: [UInt8] {
    switch self {
    case .v4(let value): value.indices.map { value[$0] }
    case .v6(let value): value.indices.map { value[$0] }
    }
  }

  /// The version.
  public var family: Family {
    switch self {
    case .v4: .v4
    case .v6: .v6
    }
  }

  /// 0.0.0.0 or ::, where a server listens on all addresses.
  public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

  /// 127.0.0.0/8 or ::1: of no use to another machine.
  public var isLoopback: Bool {
    switch self {
    case .v4(let value): value[0] == 127
    case .v6: bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
  }
}

/// The version of the internet protocol by which a packet travels.
public enum Family: Hashable, Sendable, CaseIterable {
  case v4, v6
}

/// What a record is about (RFC 1035, 3.2.2 and 3.2.3).
public struct RecordType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// An IPv4 address.
  public static let a = RecordType(rawValue: 1)
  /// Another name.
  public static let ptr = RecordType(rawValue: 12)
  public static let txt = RecordType(rawValue: 16)
  /// An IPv6 address.
  public static let aaaa = RecordType(rawValue: 28)
  /// Host and port of a service (RFC 2782).
  public static let srv = RecordType(rawValue: 33)
  /// Which types a name has (RFC 4034, 4), and so which it has not (RFC 6762, 6.1).
  public static let nsec = RecordType(rawValue: 47)
  /// In a question: all types.
  public static let any = RecordType(rawValue: 255)
}

/// What a record says.
public enum RecordData: Hashable, Sendable {
  case address(IPAddress)
  case pointer(DomainName)
  case service(priority: UInt16, weight: UInt16, port: UInt16, target: DomainName)
  /// The strings of TXT with their lengths, as on the wire.
  case text([UInt8])
  /// NSEC: the types that the name has.
  case existing(next: DomainName, types: Set<RecordType>)
  /// What is of another type or class.
  case other(RecordType, class: UInt16, [UInt8])

  public var type: RecordType {
    switch self {
    case .address(.v4): .a
    case .address(.v6): .aaaa
    case .pointer: .ptr
    case .service: .srv
    case .text: .txt
    case .existing: .nsec
    case .other(let type, _, _): type
    }
  }

  /// The class without the top bit; 1 is the internet.
  var recordClass: UInt16 {
    if case .other(_, let value, _) = self { value } else { 1 }
  }
}

/// A resource record (RFC 1035, 3.2.1) as in multicast DNS (RFC 6762, 10).
public struct Record: Hashable, Sendable {
  public var name: DomainName
  public var data: RecordData
  /// Seconds for which it may be kept; 0 takes it back.
  public var ttl: UInt32
  /// Whether all records of this name and type come from one responder: the cache-flush bit.
  public var isUnique: Bool

  public init(name: DomainName, data: RecordData, ttl: UInt32, isUnique: Bool) {
    self.name = name
    self.data = data
    self.ttl = ttl
    self.isUnique = isUnique
  }

  /// Whether both say the same, for however long.
  func isSame(as other: Record) -> Bool { name == other.name && data == other.data }

  /// Whether it ends what another record says before its time (RFC 6762, 6.6 and 10.1).
  func takesBack(_ other: Record) -> Bool { isSame(as: other) && ttl < other.ttl / 2 }

  func with(ttl: UInt32) -> Record { Record(name: name, data: data, ttl: ttl, isUnique: isUnique) }
}

/// A question (RFC 1035, 4.1.2).
public struct Question: Hashable, Sendable {
  public var name: DomainName
  public var type: RecordType
  /// 1 is the internet, 255 any.
  public var recordClass: UInt16 = 1
  /// Whether an answer to the asker alone will do: the QU bit (RFC 6762, 5.4).
  public var wantsUnicast = false

  public init(_ name: DomainName, _ type: RecordType, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.wantsUnicast = wantsUnicast
  }
}

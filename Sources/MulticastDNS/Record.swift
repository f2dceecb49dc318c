/// The type of a record (RFC 1035, 3.2.2 and 3.2.3).
public struct RecordType: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// Creates a type from its number on the wire.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// An IPv4 address.
  public static let a = RecordType(rawValue: 1)
  /// A pointer to another name.
  public static let ptr = RecordType(rawValue: 12)
  /// Text strings.
  public static let txt = RecordType(rawValue: 16)
  /// An IPv6 address.
  public static let aaaa = RecordType(rawValue: 28)
  /// The host and port of a service (RFC 2782).
  public static let srv = RecordType(rawValue: 33)
  /// The types that a name has (RFC 4034, 4), and by omission those that it does not have (RFC 6762, 6.1).
  public static let nsec = RecordType(rawValue: 47)
  /// All types, in a question.
  public static let any = RecordType(rawValue: 255)
}

/// The data of a record.
public enum RecordData: Hashable, Sendable {
  case address(IPAddress)
  case pointer(DomainName)
  case service(priority: UInt16, weight: UInt16, port: UInt16, target: DomainName)
  /// The strings of a TXT record, each after its length, as on the wire.
  case text([UInt8])
  /// An NSEC record: the types that the name has.
  case existing(next: DomainName, types: Set<RecordType>)
  /// The uninterpreted bytes of a record of another type or class.
  case other(RecordType, class: UInt16, [UInt8])

  /// The type of the record that holds the data.
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

  /// The class without its top bit; 1 is the internet.
  var recordClass: UInt16 {
    if case .other(_, let value, _) = self { value } else { 1 }
  }
}

/// A resource record (RFC 1035, 3.2.1), as used in multicast DNS (RFC 6762, 10).
public struct Record: Hashable, Sendable {
  /// The name that the record belongs to.
  public var name: DomainName
  /// The data, which determines the record's type.
  public var data: RecordData
  /// The time to live, in seconds; 0 withdraws the record.
  public var ttl: UInt32
  /// True if all records of this name and type come from one responder: the cache-flush bit.
  public var isUnique: Bool

  /// Creates a record with a time to live in seconds.
  public init(name: DomainName, data: RecordData, ttl: UInt32, isUnique: Bool) {
    self.name = name
    self.data = data
    self.ttl = ttl
    self.isUnique = isUnique
  }

  /// Returns true if both have the same name and data, whatever their time to live.
  func isSame(as other: Record) -> Bool { name == other.name && data == other.data }

  /// Returns true if this record ends another one before its time (RFC 6762, 6.6 and 10.1).
  func withdraws(_ other: Record) -> Bool { isSame(as: other) && ttl < other.ttl / 2 }

  func with(ttl: UInt32) -> Record { Record(name: name, data: data, ttl: ttl, isUnique: isUnique) }
}

/// A question (RFC 1035, 4.1.2).
public struct Question: Hashable, Sendable {
  /// The name asked about.
  public var name: DomainName
  /// The type asked about.
  public var type: RecordType
  /// The class: 1 is the internet, 255 any.
  public var recordClass: UInt16 = 1
  /// True if the sender accepts a unicast answer: the QU bit (RFC 6762, 5.4).
  public var wantsUnicast = false

  /// Creates a question of the class "internet".
  public init(_ name: DomainName, _ type: RecordType, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.wantsUnicast = wantsUnicast
  }
}

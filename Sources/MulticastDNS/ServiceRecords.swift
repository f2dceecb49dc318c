/// All records of a service on a link.
struct ServiceRecords {
  /// The time to live of records that contain a host, and of the others, in seconds (RFC 6762, 10).
  static let hostTTL: UInt32 = 120
  static let otherTTL: UInt32 = 4500

  /// PTR from the list of types to the type: every responder with such a service has it.
  let type: Record
  /// PTR from the type to the instance.
  let pointer: Record
  /// SRV and TXT.
  let instance: [Record]
  /// A and AAAA.
  let host: [Record]
  /// NSEC of the instance and of the host.
  let instanceTypes, hostTypes: Record

  init(_ names: Names, port: UInt16, addresses: [IPAddress]) {
    type = Record(
      name: Names.types, data: .pointer(names.type), ttl: Self.otherTTL, isUnique: false)
    pointer = Record(
      name: names.type, data: .pointer(names.instance), ttl: Self.otherTTL, isUnique: false)
    instance = [
      Record(
        name: names.instance, data: .service(priority: 0, weight: 0, port: port, target: names.host),
        ttl: Self.hostTTL, isUnique: true),
      // One empty string: TXT has to have at least one (RFC 6763, 6.1).
      Record(name: names.instance, data: .text([0]), ttl: Self.otherTTL, isUnique: true),
    ]
    host = addresses.map {
      Record(name: names.host, data: .address($0), ttl: Self.hostTTL, isUnique: true)
    }
    instanceTypes = Self.types(of: instance, names.instance, ttl: Self.otherTTL)
    hostTypes = Self.types(of: host, names.host, ttl: Self.hostTTL)
  }

  private static func types(of records: [Record], _ name: DomainName, ttl: UInt32) -> Record {
    let types = Set(records.map(\.data.type))
    return Record(name: name, data: .existing(next: name, types: types), ttl: ttl, isUnique: true)
  }

  /// The records that only this host can have.
  var unique: [Record] { instance + host }

  var all: [Record] { [type, pointer] + unique + [instanceTypes, hostTypes] }

  /// The records to withdraw at the end. The type stays: it can have instances on other machines.
  var withdrawn: [Record] { ([pointer] + unique).map { $0.with(ttl: 0) } }

  /// The records that answer a question; the absence of a type is an answer, too (RFC 6762, 6.1).
  func answers(to question: Question) -> [Record] {
    guard question.recordClass == 1 || question.recordClass == 255 else { return [] }
    func ofType(_ records: [Record]) -> [Record] {
      records.filter { question.type == .any || question.type == $0.data.type }
    }
    switch question.name {
    case type.name: return ofType([type])
    case pointer.name: return ofType([pointer])
    case instanceTypes.name:
      let found = ofType(instance)
      return found.isEmpty ? [instanceTypes] : found
    case hostTypes.name:
      let found = ofType(host)
      return found.isEmpty ? [hostTypes] : found
    default: return []
    }
  }

  /// The records that the recipient of these answers will ask for next (RFC 6763, 12).
  func additions(to answers: [Record]) -> [Record] {
    if answers.contains(pointer) { return instance + host + [instanceTypes, hostTypes] }
    if answers.contains(where: { $0.data.type == .srv && instance.contains($0) }) {
      return host + [hostTypes]
    }
    return answers.contains(where: host.contains) ? host + [hostTypes] : []
  }
}

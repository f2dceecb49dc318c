/// A service that is to be found: `_wyoming._tcp` on a port of this machine.
public struct ServiceAdvertisement: Sendable, Equatable {
  /// On which of the machine's addresses the service listens.
  public enum Reach: Sendable, Equatable {
    case everyAddress
    case everyIPv4Address
    case only(IPAddress)

    public func includes(_ address: IPAddress) -> Bool {
      switch self {
      case .everyAddress: true
      case .everyIPv4Address: address.family == .v4
      case .only(let one): one == address
      }
    }
  }

  /// For people, of any characters: "Living room". At most 63 bytes of it are used.
  public var name: String
  /// The first two labels of the type: "_wyoming", "_tcp".
  public var application, transport: String
  /// The label of a host name that nobody but this service has.
  public var host: String
  public var port: UInt16
  public var reach: Reach

  public init(
    name: String, application: String, transport: String, host: String, port: UInt16, reach: Reach
  ) {
    self.name = name
    self.application = application
    self.transport = transport
    self.host = host
    self.port = port
    self.reach = reach
  }
}

/// The names that an offer has; the numbers grow when somebody else has them already (RFC 6762, 9).
struct Names: Equatable {
  private let offer: ServiceAdvertisement
  private var instanceNumber = 1
  private var hostNumber = 1

  init(_ offer: ServiceAdvertisement) {
    self.offer = offer
  }

  /// The instance's name for people.
  var title: String { Self.numbered(offer.name, instanceNumber == 1 ? "" : " (\(instanceNumber))") }
  private var hostLabel: String { Self.numbered(offer.host, hostNumber == 1 ? "" : "-\(hostNumber)") }

  var type: DomainName { DomainName(offer.application, offer.transport, "local") }
  var instance: DomainName { DomainName(title, offer.application, offer.transport, "local") }
  var host: DomainName { DomainName(hostLabel, "local") }
  /// Where one asks which types there are (RFC 6763, 9).
  static let types = DomainName("_services", "_dns-sd", "_udp", "local")

  mutating func renameInstance() { instanceNumber += 1 }

  mutating func renameHost() { hostNumber += 1 }

  /// The number stays, however long the name is.
  private static func numbered(_ name: String, _ number: String) -> String {
    name.prefix(bytes: 63 - number.utf8.count) + number
  }
}

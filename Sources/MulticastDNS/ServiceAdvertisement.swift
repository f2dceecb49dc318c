/// A service to advertise: `_wyoming._tcp` on a port of this machine.
public struct ServiceAdvertisement: Sendable, Equatable {
  /// The addresses of the machine on which the service listens.
  public enum Reach: Sendable, Equatable {
    case everyAddress
    case everyIPv4Address
    case only(IPAddress)

    /// Returns true if the service listens on the address.
    public func includes(_ address: IPAddress) -> Bool {
      switch self {
      case .everyAddress: true
      case .everyIPv4Address: address.family == .v4
      case .only(let one): one == address
      }
    }
  }

  /// The displayed name, in any characters: "Living room". At most 63 bytes of it are used.
  public var name: String
  /// The first two labels of the type: "_wyoming", "_tcp".
  public var application, transport: String
  /// The label of a host name that only this service has.
  public var host: String
  /// The port on which the service listens.
  public var port: UInt16
  /// The addresses to advertise.
  public var reach: Reach

  /// Creates an advertisement of a service.
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

/// The names of a service; their numbers grow when another host has them already (RFC 6762, 9).
struct Names: Equatable {
  private let advertisement: ServiceAdvertisement
  private var instanceNumber = 1
  private var hostNumber = 1

  init(_ advertisement: ServiceAdvertisement) {
    self.advertisement = advertisement
  }

  /// The displayed name of the instance.
  var title: String { Self.numbered(advertisement.name, instanceNumber == 1 ? "" : " (\(instanceNumber))") }
  private var hostLabel: String { Self.numbered(advertisement.host, hostNumber == 1 ? "" : "-\(hostNumber)") }

  var type: DomainName { DomainName(advertisement.application, advertisement.transport, "local") }
  var instance: DomainName { DomainName(title, advertisement.application, advertisement.transport, "local") }
  var host: DomainName { DomainName(hostLabel, "local") }
  /// The name under which the types of services are listed (RFC 6763, 9).
  static let types = DomainName("_services", "_dns-sd", "_udp", "local")

  mutating func renameInstance() { instanceNumber += 1 }

  mutating func renameHost() { hostNumber += 1 }

  /// Shortens the name, never the number.
  private static func numbered(_ name: String, _ number: String) -> String {
    name.prefix(bytes: 63 - number.utf8.count) + number
  }
}

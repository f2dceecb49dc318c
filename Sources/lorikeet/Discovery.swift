internal import Addresses
internal import Glibc
internal import MulticastDNS
internal import ServiceDiscovery
internal import Settings
internal import WyomingProtocol

/// The advertisement of this server to Home Assistant, which looks for `_wyoming._tcp` without TXT records.
struct Discovery: Sendable {
  /// The name under which Home Assistant knows the server.
  let name: String
  /// The machine's name, as a DNS label.
  let host: String
  let interfaces: [String]
  /// The ports of all addresses, as far as they are known before the addresses are open.
  let ports: [Int]

  /// Returns the advertisement of an address.
  ///
  /// - Parameters:
  ///   - ipAddress: The IP address on which the server listens.
  ///   - place: The position of the address among all.
  /// - Returns: `nil` for an address that no other machine can reach.
  func advertisement(of address: ListenAddress, ipAddress: String?, place: Int) -> ServiceAdvertisement? {
    guard case .tcp(_, let port) = address.endpoint, let open = ipAddress.flatMap(IPAddress.init(text:)),
      isReachable(open)
    else { return nil }
    // The name stays stable when addresses are added after this one.
    let isShared = ports.count { $0 == port } > 1
    let number = isShared ? "\(port)-\(place + 1)" : "\(port)"
    return ServiceAdvertisement(
      name: place == 0 ? name : "\(name) \(number)", application: "_wyoming", transport: "_tcp",
      host: "\(host.prefix(40))-\(number)", port: UInt16(truncatingIfNeeded: port), reach: reach(open))
  }

  /// Returns true if clients can reach the address. The loopback interface counts only if the user named an interface.
  private func isReachable(_ address: IPAddress) -> Bool { !address.isLoopback || !interfaces.isEmpty }

  private func reach(_ address: IPAddress) -> ServiceAdvertisement.Reach {
    guard address.isUnspecified else { return .only(address) }
    // NIO's IPv6 sockets accept IPv4 clients, too.
    return address.family == .v4 ? .everyIPv4Address : .everyAddress
  }

  /// Returns true if an address that is not open yet is certain to be unreachable for other machines.
  func isPrivate(_ address: ListenAddress) -> Bool {
    guard case .tcp(let host, _) = address.endpoint else { return true }
    return IPAddress(text: host).map { !isReachable($0) } ?? false
  }
}

extension ResolvedSettings {
  /// Returns the advertisement; `nil` if the server is not advertised.
  ///
  /// - Throws: An error if no other machine could reach the server.
  func discovery() throws(SettingsError) -> Discovery? {
    guard settings.zeroconf != "no" else { return nil }
    let host = Self.hostName
    let discovery = Discovery(
      name: settings.zeroconf == "yes" ? "Lorikeet on \(host)" : settings.zeroconf, host: host,
      interfaces: settings.zeroconfInterfaces,
      ports: addresses.compactMap { if case .tcp(_, let port) = $0.endpoint { port } else { nil } })
    if addresses.allSatisfy(discovery.isPrivate) {
      throw refusal(
        of: .zeroconf, settings.zeroconf,
        because:
          "no other machine can reach \(settings.uris.joined(separator: ", ")); add --uri tcp://0.0.0.0:10300"
      )
    }
    return discovery
  }

  /// The first label of the machine's name, in the letters of a host name; "lorikeet" if there is none.
  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "lorikeet" }
    let name = String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let label = (name.split(separator: ".").first ?? "").map {
      $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-"
    }
    return label.contains { $0 != "-" } && label != Array("localhost") ? String(label) : "lorikeet"
  }
}

import Addresses
import MulticastDNS
import Settings
import Testing
import WyomingProtocol

@testable import lorikeet

@Suite struct `The advertised services` {
  private func offers(_ uris: [(String, ipAddress: String?)], interfaces: [String] = []) throws
    -> [ServiceAdvertisement?]
  {
    let addresses = try uris.map { try ListenAddress(parsing: $0.0) }
    let ports = addresses.compactMap { if case .tcp(_, let port) = $0.endpoint { port } else { nil } }
    let discovery = Discovery(name: "Kitchen", host: "box", interfaces: interfaces, ports: ports)
    return zip(addresses, uris).enumerated().map { place, pair in
      discovery.advertisement(of: pair.0, ipAddress: pair.1.ipAddress, place: place)
    }
  }

  @Test(arguments: [
    ("tcp://0.0.0.0:1", "0.0.0.0", ServiceAdvertisement.Reach.everyIPv4Address),
    ("tcp://[::]:1", "::", .everyAddress),
    ("tcp://box:1", "10.0.0.1", .only(.v4([10, 0, 0, 1]))),
  ])
  func `an advertised service has the addresses on which the server listens`(
    uri: String, ipAddress: String, reach: ServiceAdvertisement.Reach
  )
    throws
  {
    #expect(
      try offers([(uri, ipAddress)]) == [
        ServiceAdvertisement(
          name: "Kitchen", application: "_wyoming", transport: "_tcp", host: "box-1", port: 1, reach: reach)
      ])
  }

  @Test
  func `addresses that no other machine can reach are not advertised unless the loopback interface is named`()
    throws
  {
    let uris: [(String, ipAddress: String?)] = [
      ("tcp://localhost:1", "127.0.0.1"), ("tcp://[::1]:2", "::1"), ("unix:///a", nil), ("stdio://", nil),
    ]
    #expect(try offers(uris) == [nil, nil, nil, nil])
    #expect(try offers(uris, interfaces: ["lo"]).compactMap(\.self).map(\.port) == [1, 2])
  }

  @Test func `each advertised address has a name, the first one without a number`() throws {
    let uris = [("tcp://0.0.0.0:1", "0.0.0.0"), ("tcp://0.0.0.0:2", "0.0.0.0"), ("unix:///a", nil)]
    let found = try offers(uris).compactMap(\.self)
    #expect(found.map(\.name) == ["Kitchen", "Kitchen 2"])
    #expect(found.map(\.host) == ["box-1", "box-2"])
  }

  @Test func `two advertised addresses with the same port have different names`() throws {
    let found = try offers([("tcp://10.0.0.1:1", "10.0.0.1"), ("tcp://10.0.1.1:1", "10.0.1.1")])
    #expect(found.compactMap(\.self).map(\.name) == ["Kitchen", "Kitchen 1-2"])
    #expect(found.compactMap(\.self).map(\.host) == ["box-1-1", "box-1-2"])
  }
}

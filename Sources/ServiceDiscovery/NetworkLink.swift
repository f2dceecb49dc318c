internal import Glibc
internal import MulticastDNS
internal import NIOCore
internal import SystemPaths

/// A network interface on which services are advertised.
struct NetworkLink: Equatable, Sendable {
  let index: UInt32
  let name: String
  /// This machine's addresses on the interface.
  var addresses: [IPAddress] = []

  /// Returns the current interfaces, in a fixed order.
  ///
  /// - Parameter chosen: The names of the interfaces; empty for all that are up and reach more than one other machine.
  static func current(chosen: [String]) -> [NetworkLink] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    let passing = PassingAddresses()
    var links: [UInt32: NetworkLink] = [:]
    for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
      guard let entry = entry?.pointee, let address = entry.address, let text = entry.ifa_name else {
        continue
      }
      let name = String(systemCString: text)
      let index = if_nametoindex(text)
      guard index != 0, isWanted(name, entry.ifa_flags, chosen), !passing.contains(address, on: index) else {
        continue
      }
      links[index, default: NetworkLink(index: index, name: name)].addresses.append(address)
    }
    // A fixed order, so that only a real change compares as one.
    return links.values.map { link in
      var link = link
      link.addresses.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      return link
    }
    .sorted { $0.index < $1.index }
  }

  private static func isWanted(_ name: String, _ flags: UInt32, _ chosen: [String]) -> Bool {
    func has(_ flag: Int) -> Bool { flags & UInt32(flag) != 0 }
    guard has(IFF_UP), has(IFF_RUNNING) else { return false }
    guard chosen.isEmpty else { return chosen.contains(name) }
    return has(IFF_MULTICAST) && !has(IFF_LOOPBACK)
      && !has(IFF_POINTOPOINT)
  }
}

extension ifaddrs {
  fileprivate var address: IPAddress? {
    guard let pointer = ifa_addr else { return nil }
    let bytes = UnsafeRawPointer(pointer)
    switch Int32(pointer.pointee.sa_family) {
    case AF_INET: return IPAddress(SocketAddress(bytes.load(as: sockaddr_in.self)))
    case AF_INET6: return IPAddress(SocketAddress(bytes.load(as: sockaddr_in6.self)))
    default: return nil
    }
  }
}

/// The IPv6 addresses that are not valid yet, or will not be for long.
private struct PassingAddresses {
  private var addresses: Set<[UInt8]> = []

  /// Reads `/proc/net/if_inet6`: address, interface, prefix length, scope, flags, name; in hexadecimal digits.
  init() {
    // Temporary, a duplicate of another host's, deprecated, or tentative (linux/if_addr.h).
    let passing: UInt8 = 0x01 | 0x08 | 0x20 | 0x40
    let table = (try? Files.contents(of: "/proc/net/if_inet6")) ?? []
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 6, let flags = UInt8(fields[4], radix: 16), flags & passing != 0,
        let index = UInt32(fields[1], radix: 16), fields[0].count == 32
      else { continue }
      let digits = Array(fields[0])
      let bytes = stride(from: 0, to: 32, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
      addresses.insert(Self.key(bytes, index))
    }
  }

  func contains(_ address: IPAddress, on index: UInt32) -> Bool {
    addresses.contains(Self.key(address.bytes, index))
  }

  private static func key(_ bytes: [UInt8], _ index: UInt32) -> [UInt8] {
    bytes + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: index >> $0) }
  }
}

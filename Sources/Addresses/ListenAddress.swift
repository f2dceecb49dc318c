internal import SystemPaths

/// The address of a server: `tcp://HOST:PORT`, `unix:///PATH` or `stdio://`, optionally followed by
/// `?model=…&language=…&endpointing=…` for settings of this address only.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// The transport of an address, and where it is.
  public enum Endpoint: Sendable, Equatable {
    /// A TCP port of a host. Port 0 is any free port.
    case tcp(host: String, port: Int)
    /// A socket in the file system.
    case unix(path: String)
    /// Standard input and output, with one client.
    case stdio
  }

  /// The transport, and where it is.
  public var endpoint: Endpoint
  /// The model of this address; `nil` for the server's default.
  public var model: String?
  /// The language of utterances for which the client names none; `nil` for the server's default.
  public var language: String?

  /// True if the server hears the end of utterances; `nil` for the server's default.
  public var endpointing: Bool?

  /// Creates an address from its parts.
  public init(
    _ endpoint: Endpoint, model: String? = nil, language: String? = nil, endpointing: Bool? = nil
  ) {
    self.endpoint = endpoint
    self.model = model
    self.language = language
    self.endpointing = endpointing
  }

  /// Parses an address, with its parameters.
  ///
  /// - Throws: ``AddressError`` if the text is not an address.
  public init(parsing text: String) throws(AddressError) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let endpoint = Self.endpoint(parts[0]) else {
      throw AddressError(text, why: "expected tcp://HOST:PORT, unix:///PATH or stdio://")
    }
    self.init(endpoint)
    guard parts.count == 2 else { return }
    for item in parts[1].split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let value = pair[1].withoutPercentEncoding, !value.isEmpty,
        pair[0] == "model" || !value.holdsRawBytes
      else {
        throw AddressError(text, why: "\"\(item)\" is not NAME=VALUE")
      }
      switch pair[0] {
      case "model": model = value
      case "language": language = value
      case "endpointing":
        guard let isOn = ["on": true, "off": false][value.lowercased()] else {
          throw AddressError(text, why: "endpointing is \"\(value)\", expected on or off")
        }
        endpointing = isOn
      default:
        throw AddressError(
          text, why: "unknown parameter \"\(pair[0])\", expected model, language or endpointing")
      }
    }
  }

  private static func endpoint(_ text: Substring) -> Endpoint? {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let rest = text[colon.upperBound...]
    switch text[..<colon.lowerBound].lowercased() {
    case "tcp": return tcp(rest)
    case "unix": return rest.hasPrefix("/") && rest.count > 1 ? .unix(path: String(rest)) : nil
    case "stdio": return rest.isEmpty ? .stdio : nil
    default: return nil
    }
  }

  private static func tcp(_ text: Substring) -> Endpoint? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    // `Int` alone would also accept a sign.
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = Int(digits), (0...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      // An IPv6 address needs brackets.
      return nil
    }
    guard !host.isEmpty, !host.contains("/") else { return nil }
    return .tcp(host: String(host), port: port)
  }

  /// The endpoint as a URI, without parameters.
  public var description: String {
    switch endpoint {
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    case .unix(let path): "unix://\(path)"
    case .stdio: "stdio://"
    }
  }
}

extension Substring {
  /// The text with percent-encoded bytes such as `%E9` decoded; `nil` if a percent sign lacks its two digits or encodes
  /// a zero byte.
  fileprivate var withoutPercentEncoding: String? {
    var bytes: [UInt8] = []
    var rest = String(self).systemBytes[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == 2, digits != [0, 0] else { return nil }
      bytes.append(UInt8(digits[0] * 16 + digits[1]))
      rest = rest.dropFirst(2)
    }
    return String(systemBytes: bytes)
  }
}

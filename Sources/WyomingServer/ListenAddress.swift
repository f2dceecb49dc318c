internal import SystemPaths

/// Where a server listens, and with what: `tcp://HOST:PORT`, `unix:///PATH` or `stdio://`, followed by
/// `?model=…&language=…` where this address has a model or a language of its own.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  public enum Endpoint: Sendable, Equatable {
    /// Port 0 is any free port.
    case tcp(host: String, port: Int)
    case unix(path: String)
    /// Standard input and output: one client.
    case stdio
  }

  public var endpoint: Endpoint
  /// The model served here, if it is not the one that all addresses have.
  public var model: String?
  /// The language of utterances whose client names none.
  public var language: String?

  public init(_ endpoint: Endpoint, model: String? = nil, language: String? = nil) {
    self.endpoint = endpoint
    self.model = model
    self.language = language
  }

  /// - Throws: What is wrong with the text.
  public init(parsing text: String) throws(ListenAddressError) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let endpoint = Self.endpoint(parts[0]) else {
      throw ListenAddressError(text: text, what: "expected tcp://HOST:PORT, unix:///PATH or stdio://")
    }
    self.init(endpoint)
    guard parts.count == 2 else { return }
    for item in parts[1].split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let value = pair[1].withoutPercentEncoding, !value.isEmpty,
        pair[0] == "model" || !value.holdsRawBytes
      else {
        throw ListenAddressError(text: text, what: "\"\(item)\" is not NAME=VALUE")
      }
      switch pair[0] {
      case "model": model = value
      case "language": language = value
      default:
        throw ListenAddressError(
          text: text, what: "nothing is called \"\(pair[0])\", expected model or language")
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
    // Digits alone: a number may have a sign.
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = Int(digits), (0...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      // An IPv6 address stands in brackets.
      return nil
    }
    guard !host.isEmpty, !host.contains("/") else { return nil }
    return .tcp(host: String(host), port: port)
  }

  /// The endpoint alone.
  public var description: String {
    switch endpoint {
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    case .unix(let path): "unix://\(path)"
    case .stdio: "stdio://"
    }
  }
}

extension Substring {
  /// With `%E9` and the like as the bytes that they stand for; `nil` if there is a per cent sign without two digits.
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

/// A text that is no address to listen on.
public struct ListenAddressError: Error, Sendable, Equatable, CustomStringConvertible {
  public let text: String
  public let what: String

  public var description: String { "\"\(text)\" is no address to listen on: \(what)" }
}

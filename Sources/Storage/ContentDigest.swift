/// The hash that a file's content must have.
public enum ContentDigest: Sendable, Hashable, CustomStringConvertible {
  /// The SHA-256 of the content, in lower-case hexadecimal digits.
  case sha256(String)
  /// The name that git gives the content: the SHA-1 of `blob SIZE\0` and the content.
  case gitBlob(String)

  /// - Parameter hex: The 64 digits of a SHA-256, or the 40 of a git object, in any case.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.allSatisfy(Self.isHexDigit) else { return nil }
    switch hex.utf8.count {
    case 64: self = .sha256(hex.lowercased())
    case 40: self = .gitBlob(hex.lowercased())
    default: return nil
    }
  }

  /// The hexadecimal digits.
  public var hex: String {
    switch self {
    case .sha256(let hex), .gitBlob(let hex): hex
    }
  }

  public var description: String {
    switch self {
    case .sha256(let hex): "sha256:\(hex)"
    case .gitBlob(let hex): "git:\(hex)"
    }
  }

  public static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

/// The size and hash that distinguish one file's content from any other.
public struct FileIdentity: Sendable, Hashable {
  /// Bytes.
  public let size: Int
  public let digest: ContentDigest

  public init(size: Int, digest: ContentDigest) {
    self.size = size
    self.digest = digest
  }
}

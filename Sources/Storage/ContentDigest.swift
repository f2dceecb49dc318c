/// The expected hash of a file's content.
public enum ContentDigest: Sendable, Hashable, CustomStringConvertible {
  /// The SHA-256 of the content, in lower-case hexadecimal digits.
  case sha256(String)
  /// Git's name for the content: the SHA-1 of `blob SIZE\0` and the content.
  case gitBlob(String)

  /// Creates a digest from its digits.
  ///
  /// - Parameter hex: 64 digits of a SHA-256, or 40 of a git object, in either case.
  /// - Returns: `nil` for any other text.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.allSatisfy(Self.isHexDigit) else { return nil }
    switch hex.utf8.count {
    case 64: self = .sha256(hex.lowercased())
    case 40: self = .gitBlob(hex.lowercased())
    default: return nil
    }
  }

  /// The lower-case hexadecimal digits.
  public var hex: String {
    switch self {
    case .sha256(let hex), .gitBlob(let hex): hex
    }
  }

  /// The digits after the kind of hash: "sha256:…", "git:…".
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

/// The size and hash that identify a file's content.
public struct FileIdentity: Sendable, Hashable {
  /// The size in bytes.
  public let size: Int
  /// The hash of the content.
  public let digest: ContentDigest

  /// Creates an identity from a size in bytes and a hash.
  public init(size: Int, digest: ContentDigest) {
    self.size = size
    self.digest = digest
  }
}

public import SystemPaths

/// A token for Home Assistant's API: a secret, which no description of it shows.
public struct AccessToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The origin of the token, for messages: "the file /run/token" or "LORIKEET_HOME_ASSISTANT_TOKEN".
  public let source: String
  let secret: String

  /// The largest file that is read, in bytes. Home Assistant's own tokens have about 200.
  static let maximumBytes = 1 << 16

  /// Checks a token. White space around it is left out.
  ///
  /// - Parameter source: The origin of the token, for messages.
  public init(_ text: String, source: String) throws(AccessTokenError) {
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { throw .empty(source: source) }
    let token = start[...last]
    guard token.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw .controlCharacter(source: source)
    }
    self.source = source
    secret = String(token)
  }

  /// Reads a token from a file. Blocks.
  public init(file path: String) throws(AccessTokenError) {
    let source = "the file \(path.readable)"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try Files.contents(of: path, atMost: Self.maximumBytes)
    } catch {
      throw .unreadable(error)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .encoding(source: source) }
    try self.init(text, source: source)
  }

  /// A placeholder.
  public var description: String { "…" }
  /// A placeholder.
  public var debugDescription: String { "…" }
  /// A mirror without the secret.
  public var customMirror: Mirror { Mirror(self, children: ["source": source]) }
}

/// A fault in a token.
public enum AccessTokenError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(FileError)
  /// There is nothing but white space.
  case empty(source: String)
  /// The file is not UTF-8.
  case encoding(source: String)
  /// There is a line break or another control character within the token.
  case controlCharacter(source: String)

  /// The fault and the origin of the token.
  public var description: String {
    switch self {
    case .unreadable(let error):
      "cannot read Home Assistant's token from \(error.path.readable): \(error.message)"
    case .empty(let source):
      "there is no token for Home Assistant in \(source)"
    case .encoding(let source):
      "there is no token for Home Assistant in \(source): it is not UTF-8"
    case .controlCharacter(let source):
      "the token for Home Assistant in \(source) contains a control character, expected a single line"
    }
  }
}

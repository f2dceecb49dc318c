internal import Crypto
internal import FoundationEssentials
internal import Synchronization
internal import SystemPaths

/// The tokens with which clients may use the server, in a file with a token in each line. Empty lines, and lines that
/// begin with `#`, are left out.
///
/// Digests are compared, in constant time: the time of an answer tells nothing about a token.
public final class AccessTokens: Sendable {
  private let path: String
  private let digests: Mutex<[SHA256Digest]>

  /// The maximum size of the file, in bytes.
  private static let longestFile = 1 << 20

  /// Reads the file. Blocks.
  public init(file path: String) throws(ProtectionError) {
    self.path = path
    digests = Mutex(try Self.digests(in: path))
  }

  /// Reads the file again. Blocks. If it cannot be used, the tokens that were read before stay.
  public func reload() throws(ProtectionError) {
    let digests = try Self.digests(in: path)
    self.digests.withLock { $0 = digests }
  }

  /// True if a text is one of the tokens.
  func contain(_ text: String) -> Bool {
    let digest = SHA256.hash(data: Data(text.utf8))
    var isFound = false
    for known in digests.withLock({ $0 }) where known == digest { isFound = true }
    return isFound
  }

  private static func digests(in path: String) throws(ProtectionError) -> [SHA256Digest] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try Files.contents(of: path, atMost: longestFile)
    } catch {
      throw ProtectionError(path, error.message)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ProtectionError(path, "it is not UTF-8")
    }
    let tokens = text.split(whereSeparator: \.isNewline).map { $0.filter { !$0.isWhitespace } }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard !tokens.isEmpty else { throw ProtectionError(path, "it has no token; write one in each line") }
    return tokens.map { SHA256.hash(data: Data($0.utf8)) }
  }
}

/// A file of the server's protection that cannot be used.
public struct ProtectionError: Error, Sendable, CustomStringConvertible {
  /// The path of the file.
  public let path: String
  /// The reason.
  public let why: String

  init(_ path: String, _ why: String) {
    self.path = path
    self.why = why
  }

  /// The path and the reason, in one line.
  public var description: String { "\(path.readable): \(why)" }
}

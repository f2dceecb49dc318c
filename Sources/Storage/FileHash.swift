internal import Crypto
internal import Glibc
public import SystemPaths

/// The hashes of a file's content, in lower-case hexadecimal digits.
public struct FileHash: Sendable, Equatable {
  /// The size in bytes.
  public let size: Int
  /// The SHA-256 of the content.
  public let sha256: String
  /// The name that git gives the content; `nil` unless the ``FileHasher`` computed it.
  public let gitBlob: String?

  /// Returns true if size and hash are those of the identity.
  public func matches(_ identity: FileIdentity) -> Bool {
    guard size == identity.size else { return false }
    return switch identity.digest {
    case .sha256(let hex): hex == sha256
    case .gitBlob(let hex): hex == gitBlob
    }
  }

  /// Returns the SHA-256 of a text.
  public static func sha256(of text: String) -> String {
    var hash = SHA256()
    hash.update(data: Array(text.utf8))
    return hash.finalize().hexadecimal
  }
}

/// Hashes a file in steps, so that its user can stop between them.
public struct FileHasher: Sendable {
  let file: OpenFile
  private var offset = 0
  private var sha256 = SHA256()
  private var gitBlob: Insecure.SHA1?
  /// True when the file was read to its end.
  public private(set) var isAtEnd = false

  /// Git keeps only small files itself; a model's weights are never among them.
  private static let largestGitBlob = 64 << 20
  private static let bufferSize = 1 << 20

  /// Opens a file.
  ///
  /// - Parameter includingGitBlob: Whether to compute ``FileHash/gitBlob`` too, for files up to 64 MiB.
  public init(_ path: String, includingGitBlob: Bool = false) throws(FileError) {
    file = try OpenFile(path, flags: O_RDONLY)
    let size = try file.size
    guard includingGitBlob, size <= Self.largestGitBlob else { return }
    var hash = Insecure.SHA1()
    hash.update(data: Array("blob \(size)\0".utf8))
    gitBlob = hash
  }

  /// Reads on to the end of the file, or for `limit` bytes, rounded up.
  public mutating func read(upTo limit: Int = .max) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    let start = offset
    while !isAtEnd, offset - start < limit {
      let count = try file.read(into: buffer, at: offset)
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      sha256.update(bufferPointer: bytes)
      gitBlob?.update(bufferPointer: bytes)
      offset += count
      isAtEnd = count < buffer.count
    }
  }

  /// Returns the hashes of what was read.
  public func finish() -> FileHash {
    FileHash(
      size: offset, sha256: sha256.finalize().hexadecimal, gitBlob: gitBlob?.finalize().hexadecimal)
  }
}

extension Sequence<UInt8> {
  /// Two digits for each byte.
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

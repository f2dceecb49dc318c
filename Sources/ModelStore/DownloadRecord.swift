internal import FoundationEssentials
internal import Storage
internal import SystemPaths

/// The store's record of a model's files that were downloaded and verified. A file without an entry does not count,
/// whatever the folder contains.
public struct DownloadRecord: Sendable, Equatable, Codable {
  /// A verified file.
  public struct File: Sendable, Equatable, Codable {
    /// The size in bytes.
    public var size: Int
    /// The SHA-256 in lower-case hexadecimal digits.
    public var sha256: String

    /// Creates an entry.
    public init(size: Int, sha256: String) {
      self.size = size
      self.sha256 = sha256
    }
  }

  /// The model's name.
  public var model: String
  /// The hub's repository: `OWNER/NAME`.
  public var repository: String
  /// The commit.
  public var revision: String
  /// The verified files by name.
  public var files: [String: File] = [:]
  /// The optional files of an export that the repository does not have.
  public var absent: Set<String> = []

  /// The name of the record's own file in the model's folder.
  public static let fileName = "lorikeet.json"

  /// Creates an empty record of a model.
  public init(of model: HubRepository) {
    self.model = model.name
    repository = model.repository
    revision = model.revision
  }

  /// Reads the record in a folder.
  ///
  /// - Returns: `nil` if there is none or it is unreadable: then nothing is known about the files.
  public init?(in folder: String) {
    guard let record = Files.decode(Self.self, from: "\(folder)/\(Self.fileName)") else { return nil }
    self = record
  }

  /// The record as JSON.
  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings and integers always encode.
    return ((try? encoder.encode(self)).map(Array.init) ?? []) + [UInt8(ascii: "\n")]
  }
}

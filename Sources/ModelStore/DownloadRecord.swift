internal import FoundationEssentials
internal import Storage
internal import SystemPaths

/// What the store knows of a model's files: those that were fetched and found right. A file that is not recorded does
/// not count, whatever lies in the folder.
public struct DownloadRecord: Sendable, Equatable, Codable {
  public struct File: Sendable, Equatable, Codable {
    /// Bytes.
    public var size: Int
    /// Lower-case hexadecimal digits.
    public var sha256: String

    public init(size: Int, sha256: String) {
      self.size = size
      self.sha256 = sha256
    }
  }

  public var model: String
  public var repository: String
  public var revision: String
  public var files: [String: File] = [:]
  /// Files of an export that the repository does not have, and need not have.
  public var absent: Set<String> = []

  /// The record's own file in the model's folder.
  public static let fileName = "lorikeet.json"

  public init(of model: HubModel) {
    self.model = model.name
    repository = model.repository
    revision = model.revision
  }

  /// The record in a folder; nil if there is none, or none that can be read: then nothing is known of the files.
  public init?(in folder: String) {
    guard let record = Files.decode(Self.self, from: "\(folder)/\(Self.fileName)") else { return nil }
    self = record
  }

  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings and integers always encode.
    return ((try? encoder.encode(self)).map(Array.init) ?? []) + [UInt8(ascii: "\n")]
  }
}

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

  /// The files of an export, as far as they are known: its graphs name their weights, once they are there.
  public struct Export: Sendable, Equatable, Codable {
    /// The graphs, `config.json` and `vocab.txt`.
    public var layout: ExportLayout
    /// The files of the encoder's weights, as the graph names them; `nil` before the graph has been read.
    public var encoderWeights: [String]?
    /// The files of the decoder's weights, as the graph names them; `nil` before the graph has been read.
    public var decoderWeights: [String]?

    /// Creates an export whose graphs have not been read.
    public init(_ layout: ExportLayout) {
      self.layout = layout
    }

    /// The paths of the texts and graphs.
    public var graphs: [String] {
      [layout.configuration, layout.vocabulary] + layout.graphs.reversed()
    }

    /// The paths of the weights; `nil` before the graphs have been read.
    public var weights: [String]? {
      guard let encoderWeights, let decoderWeights else { return nil }
      return Set(encoderWeights + decoderWeights).sorted().map(layout.path)
    }
  }

  /// The model's name.
  public var model: String
  /// The hub's repository: `OWNER/NAME`.
  public var repository: String
  /// The commit: the one in the model's name, or the one that the hub named at the first pull. `nil` before that.
  public var revision: String?
  /// The verified files by their paths in the repository.
  public var files: [String: File] = [:]
  /// The optional files of an export that the repository does not have.
  public var absent: Set<String> = []
  /// The files of the exports that were pulled, by ``ExportFiles``; `nil` in records of earlier versions, and for a
  /// model whose files the catalogue lists.
  public var exports: [String: Export]?

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

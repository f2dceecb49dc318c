public import Storage
internal import SystemPaths

/// A model's place in the store, whether its files are there or not.
public struct StoredModel: Sendable {
  public let model: HubModel
  /// The folder.
  public let path: String
  /// What was known of its files when this value was made.
  public let record: DownloadRecord

  /// - Parameter models: The folder that holds the models' folders.
  public init(_ model: HubModel, in models: String) {
    self.model = model
    path = "\(models)/\(model.folder)"
    let found = DownloadRecord(in: path)
    // A record of another commit says nothing about this one's files.
    record = found.flatMap { $0.revision == model.revision ? $0 : nil } ?? DownloadRecord(of: model)
  }

  /// Files of an export that are not there, in the order in which they are fetched.
  public func missing(from export: ExportFiles) -> [String] {
    export.names.filter { !record.absent.contains($0) && !isThere($0) }
  }

  /// The exports that are there as a whole.
  public var complete: [ExportFiles] { ExportFiles.allCases.filter { missing(from: $0).isEmpty } }

  /// Bytes of the recorded files that are there.
  public var size: Int { record.files.reduce(0) { $0 &+ (isThere($1.key) ? $1.value.size : 0) } }

  /// ``SourceHashes/sha256`` of the full-precision export, whether its files are there or not; `nil` if it is not known
  /// what they are.
  ///
  /// What was recorded of a file holds for the commit, and so does what the catalogue says.
  public var source: String? {
    var files: [(name: String, size: Int64, sha256: String)] = []
    for name in [
      "config.json", "vocab.txt", "encoder-model.onnx", ExportFiles.encoderWeights,
      "decoder_joint-model.onnx",
    ] {
      if let recorded = record.files[name] {
        files.append((name, Int64(recorded.size), recorded.sha256))
      } else if let known = model.files[name], case .sha256(let sha256) = known.digest {
        files.append((name, Int64(known.size), sha256))
      } else if name != ExportFiles.encoderWeights {
        return nil
      }
    }
    return SourceHashes.sha256(of: files)
  }

  /// Where its prepared forms lie below a directory, in whatever state they are.
  public func preparedPlaces(in directory: String) -> [PreparedModel.Place] {
    guard let source else { return [] }
    return PreparedModel.Place.all(in: directory).filter { $0.manifest.source == source }
  }

  /// Its prepared forms below a directory that can be used.
  public func prepared(in directory: String) -> [PreparedModel] {
    preparedPlaces(in: directory).compactMap { PreparedModel(at: $0.path) }
  }

  /// Whether a file was fetched, found right, and has kept its size. Hashes are compared by `lorikeet models verify`:
  /// reading gigabytes at each start would cost more than the start.
  private func isThere(_ file: String) -> Bool {
    guard let recorded = record.files[file] else { return false }
    return Files.size(of: "\(path)/\(file)") == recorded.size
  }
}

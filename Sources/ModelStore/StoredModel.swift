public import Storage
internal import SystemPaths

/// A model's folder in the store, whether its files have been downloaded or not.
public struct StoredModel: Sendable {
  /// The model.
  public let model: HubRepository
  /// The folder's path.
  public let path: String
  /// The record of its files at the time when this value was created.
  public let record: DownloadRecord

  /// Reads the record of a model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - models: The folder that contains the models' folders.
  public init(_ model: HubRepository, in models: String) {
    self.model = model
    path = "\(models)/\(model.folder)"
    let found = DownloadRecord(in: path)
    // A record of another commit says nothing about this one's files.
    let isOurs = found?.repository == model.repository && [nil, found?.revision].contains(model.revision)
    record = found.flatMap { isOurs ? $0 : nil } ?? DownloadRecord(of: model)
  }

  /// Returns the missing files of an export, in the order in which they are downloaded, as far as they are known.
  public func missing(from export: ExportFiles) -> [String] {
    guard let known = record.exports?[export.rawValue] else {
      return export.names.filter { !record.absent.contains($0) && !isThere($0) }
    }
    let missing = (known.graphs + (known.weights ?? [])).filter { !isThere($0) }
    // Weights that are not known are missing, too; the encoder stands for them.
    return missing.isEmpty && known.weights == nil ? [known.layout.encoderPath] : missing
  }

  /// The precisions of the exports of which every file is present.
  public var precisions: [String] {
    complete.map { record.exports?[$0.rawValue]?.layout.precision ?? $0.rawValue }
  }

  /// Opens the model with its first complete export.
  ///
  /// - Throws: ``ModelError`` if none is complete, or a file cannot be used.
  public func open() throws(ModelError) -> ModelDirectory {
    guard let export = complete.first else {
      throw ModelError(model: model.name, reason: .notPulled(models: Files.parent(of: path)))
    }
    guard let known = record.exports?[export.rawValue] else {
      return try ModelDirectory(path: path, name: model.name)
    }
    let place = ModelPlace(
      top: path, layout: known.layout, name: model.name, isFolderNamed: model.graphFolder != nil)
    return try ModelDirectory(place, named: path, name: model.name)
  }

  /// The exports of which every file is present.
  public var complete: [ExportFiles] { ExportFiles.allCases.filter { missing(from: $0).isEmpty } }

  /// The size of the recorded files that are present, in bytes.
  public var size: Int { record.files.reduce(0) { $0 &+ (isThere($1.key) ? $1.value.size : 0) } }

  /// The ``SourceHashes/sha256`` of the full-precision export, whether its files are present or not; `nil` if their
  /// hashes are unknown.
  ///
  /// Both the record and the catalogue are valid for the commit.
  public var source: String? {
    var files: [(name: String, size: Int64, sha256: String)] = []
    for (name, path) in sourceFiles {
      if let recorded = record.files[path] {
        files.append((name, Int64(recorded.size), recorded.sha256))
      } else if let known = model.files[path], case .sha256(let sha256) = known.digest {
        files.append((name, Int64(known.size), sha256))
      } else if name != ExportFiles.encoderWeights {
        return nil
      }
    }
    return SourceHashes.sha256(of: files)
  }

  /// The names of the files in ``SourceHashes``, in its order, with their paths.
  private var sourceFiles: [(name: String, path: String)] {
    guard let export = (record.exports?[ExportFiles.fp32.rawValue]) else {
      return [
        "config.json", "vocab.txt", "encoder-model.onnx", ExportFiles.encoderWeights,
        "decoder_joint-model.onnx",
      ].map { ($0, $0) }
    }
    let layout = export.layout
    let graphs =
      [layout.encoder] + (export.encoderWeights ?? [])
      + (layout.decoder.map { [$0] } ?? []) + (export.decoderWeights ?? [])
    return [("config.json", layout.configuration), ("vocab.txt", layout.vocabulary)]
      + graphs.map { ($0, layout.path(of: $0)) }
  }

  /// Returns its prepared directories below a directory, in any state.
  public func preparedPlaces(in directory: String) -> [PreparedModel.Place] {
    guard let source else { return [] }
    return PreparedModel.Place.all(in: directory).filter { $0.manifest.source == source }
  }

  /// Returns its usable prepared forms below a directory.
  public func prepared(in directory: String) -> [PreparedModel] {
    preparedPlaces(in: directory).compactMap { PreparedModel(at: $0.path) }
  }

  /// Returns true if a file was downloaded, verified, and has kept its size. Hashes are compared only by
  /// `lorikeet models verify`: reading gigabytes at each start would cost more than the start.
  private func isThere(_ file: String) -> Bool {
    guard let recorded = record.files[file] else { return false }
    return Files.size(of: "\(path)/\(file)") == recorded.size
  }
}

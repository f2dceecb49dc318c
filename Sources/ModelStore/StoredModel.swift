internal import Glibc

/// A model's place in the store, whether its files are there or not.
public struct StoredModel: Sendable {
  public let model: HubModel
  /// The folder.
  public let path: String
  /// What was known of its files when this value was made.
  public let record: ModelRecord

  /// - Parameter models: The folder that holds the models' folders.
  public init(_ model: HubModel, in models: String) {
    self.model = model
    path = "\(models)/\(model.folder)"
    let found = ModelRecord(in: path)
    // A record of another commit says nothing about this one's files.
    record = found.flatMap { $0.revision == model.revision ? $0 : nil } ?? ModelRecord(of: model)
  }

  /// Files of an export that are not there, in the order in which they are fetched.
  public func missing(from export: ExportFiles) -> [String] {
    export.names.filter { !record.absent.contains($0) && !isThere($0) }
  }

  /// The exports that are there as a whole.
  public var complete: [ExportFiles] { ExportFiles.allCases.filter { missing(from: $0).isEmpty } }

  /// Bytes of the recorded files.
  public var size: Int { record.files.values.reduce(0) { $0 &+ $1.size } }

  /// Whether a file was fetched, found right, and has kept its size. Hashes are compared by `lorikeet models verify`:
  /// reading gigabytes at each start would cost more than the start.
  private func isThere(_ file: String) -> Bool {
    guard let recorded = record.files[file] else { return false }
    var status = stat()
    return stat("\(path)/\(file)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && Int(status.st_size) == recorded.size
  }
}

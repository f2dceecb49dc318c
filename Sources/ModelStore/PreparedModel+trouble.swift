internal import Storage
internal import SystemPaths

extension PreparedModel {
  /// The reason why a prepared directory cannot be used; `nil` if the directory was not prepared.
  static func trouble(at path: String) -> ModelError.Reason? {
    guard let place = Place(at: path) else {
      guard Files.isThere("\(path)/\(Manifest.fileName)") else { return nil }
      return .file(Manifest.fileName, .unreadable("it has changed since it was written"), repair: nil)
    }
    guard place.isOfThisVersion, hasFilesOfAModel(place) else {
      return .preparedByAnother(original: place.manifest.model)
    }
    for record in place.manifest.files {
      if let error = trouble(with: record, in: path) { return error.reason }
    }
    return nil
  }

  private static func trouble(with record: FileRecord, in path: String) -> ModelError? {
    do throws(ModelError) {
      let bytes = try ExportFile(record.name, in: path, isMarkup: record.name.hasSuffix(".xml")).bytes
      if bytes != record.size {
        return ModelError(path, record.name, .wrongSize(bytes: bytes, needed: Int(record.size)))
      }
      return record.isIntact(in: path) ? nil : ModelError(path, record.name, .changed)
    } catch {
      return error
    }
  }
}

internal import Storage
internal import SystemPaths

extension PreparedModel {
  /// The reason why a prepared directory cannot be used; `nil` if the directory was not prepared.
  static func trouble(at path: String) -> ModelError.Reason? {
    guard let place = Place(at: path) else {
      guard Files.isThere("\(path)/\(Manifest.fileName)") else { return nil }
      return .file(Manifest.fileName, .unreadable("it has changed since it was written"), remedy: nil)
    }
    guard place.isOfThisVersion, Set(place.manifest.files.map(\.name)) == Set(files) else {
      return .preparedByAnother(original: place.manifest.model)
    }
    for record in place.manifest.files {
      guard let fault = fault(of: record, in: path) else { continue }
      return .file(record.name, fault, remedy: FileRemedy.text(for: fault, in: path))
    }
    return nil
  }

  private static func fault(of record: FileRecord, in path: String) -> FileFault? {
    do throws(FileFault) {
      let bytes = try ExportFile("\(path)/\(record.name)", isMarkup: record.name.hasSuffix(".xml")).bytes
      if bytes != record.size { return .wrongSize(bytes: bytes, needed: Int(record.size)) }
      return record.isIntact(in: path) ? nil : .changed
    } catch {
      return error
    }
  }
}

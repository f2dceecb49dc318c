internal import FoundationEssentials
internal import SystemPaths
public import Transducer

/// A directory in the layout of the public ONNX export: `config.json`, `vocab.txt`, `encoder-model.onnx` (with
/// its external weights beside it, if any) and `decoder_joint-model.onnx`, or the two `.int8.onnx` files.
///
/// It can also be the directory of a ``PreparedModel``, which has the networks in another form.
///
/// Sizes and tensor names, which only the graphs contain, are checked when the graphs are loaded.
public struct ModelDirectory: Sendable {
  /// The model's known name, or the directory's last path component.
  public let name: String
  /// The directory's path, without a trailing slash.
  public let path: String
  /// The parsed `config.json`.
  public let configuration: ModelConfiguration
  /// The parsed `vocab.txt`.
  public let vocabulary: Vocabulary
  /// The networks.
  public let graphs: Graphs

  /// The form in which the directory holds the networks.
  public enum Graphs: Sendable, Equatable {
    /// The exported form: two files of these names, with prediction network and joint network in one.
    case exported(encoder: String, decoder: String)
    /// The prepared form, in OpenVINO's format.
    case prepared(PreparedModel)
  }

  /// The name of the model that comes with the program.
  public static let builtin = "builtin"

  /// Finds a model by its name, or opens the directory at that path.
  ///
  /// - Parameters:
  ///   - nameOrPath: The built-in model's name, a name of the catalogue, or a path.
  ///   - models: The store's folder with models of the hub; `nil` for none.
  /// - Throws: ``ModelError`` if there is no such model, or it cannot be used.
  public static func find(_ nameOrPath: String, in models: String? = nil) throws(ModelError) -> ModelDirectory
  {
    if nameOrPath == builtin {
      return try ModelDirectory(path: builtinPath(), name: builtin)
    }
    if let models, let model = HubRepository(named: nameOrPath) {
      let stored = StoredModel(model, in: models)
      guard !stored.complete.isEmpty else {
        throw ModelError(model: model.name, reason: .notPulled(models: models))
      }
      return try ModelDirectory(path: stored.path, name: model.name)
    }
    guard Files.isThere(nameOrPath) else {
      let known = [builtin] + HubRepository.catalogue.map(\.name)
      throw ModelError(model: nameOrPath, reason: .unknownName(known: known))
    }
    return try ModelDirectory(path: nameOrPath)
  }

  /// Opens and checks a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - name: The model's name, if it differs from the directory's.
  /// - Throws: ``ModelError`` if a file is missing or cannot be used.
  public init(path: String, name: String? = nil) throws(ModelError) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = trimmed
    func failure(_ reason: ModelError.Reason) -> ModelError { ModelError(model: trimmed, reason: reason) }

    guard Files.isDirectory(trimmed) else { throw failure(.notADirectory) }
    let prepared = PreparedModel(at: trimmed)
    if prepared == nil, let reason = PreparedModel.trouble(at: trimmed) { throw failure(reason) }
    configuration = try ModelConfiguration(
      parsing: try Self.contents(of: "config.json", in: trimmed), of: trimmed)
    vocabulary = try Self.vocabulary(in: trimmed)

    if let prepared {
      self.name = name ?? prepared.manifest.model
      graphs = .prepared(prepared)
      return
    }
    self.name = name ?? String(trimmed.split(separator: "/").last ?? "model").readable

    // The full-precision export if present; both graphs are always of the same kind.
    let kinds = ["", ".int8"].map { kind in
      ["encoder-model\(kind).onnx", "decoder_joint-model\(kind).onnx"]
    }
    func isThere(_ file: String) -> Bool { Files.isThere("\(trimmed)/\(file)") }
    guard let files = kinds.first(where: { $0.allSatisfy(isThere) }) else {
      let half = kinds.first { $0.contains(where: isThere) } ?? kinds[0]
      throw Self.absence(of: half.first { !isThere($0) } ?? half[0], in: trimmed)
    }
    graphs = .exported(encoder: files[0], decoder: files[1])
  }

  private static func vocabulary(in path: String) throws(ModelError) -> Vocabulary {
    guard let text = String(data: try contents(of: "vocab.txt", in: path), encoding: .utf8) else {
      throw ModelError(path, "vocab.txt", .unreadable("it is not UTF-8"))
    }
    do throws(VocabularyError) {
      return try Vocabulary(parsing: text)
    } catch {
      throw ModelError(model: path, reason: .vocabulary(error))
    }
  }

  private static func contents(of file: String, in path: String) throws(ModelError) -> Data {
    let checked = try ExportFile(file, in: path)
    guard checked.bytes > 0 else { throw ModelError(path, file, .empty) }
    return try ModelError.reading(file, in: path) { () throws(FileError) in
      Data(try Files.contents(of: checked.path))
    }
  }

  /// Returns the error for a missing file.
  private static func absence(of file: String, in path: String) -> ModelError {
    do throws(ModelError) {
      _ = try ExportFile(file, in: path)
    } catch {
      return error
    }
    return ModelError(path, file, .missing)
  }
}

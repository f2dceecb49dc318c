internal import FoundationEssentials
internal import SystemPaths
public import Transducer

/// A directory in the layout of the public ONNX exports: `config.json`, `vocab.txt`, `encoder-model.onnx` (with
/// its external weights beside it, if any) and `decoder_joint-model.onnx`, or two graphs of another precision, which can
/// be in a folder of their own (``ExportLayout``).
///
/// It can also be the directory of a ``PreparedModel``, which has the networks in another form.
///
/// Sizes and tensor names, which only the graphs contain, are checked when the graphs are loaded.
public struct ModelDirectory: Sendable {
  /// The model's known name, or the directory's last path component.
  public let name: String
  /// The path of the directory with `config.json` and `vocab.txt`, without a trailing slash.
  public let path: String
  /// The directory of the graphs if it is not the one that was named; `nil` if there was nothing to choose.
  public let selection: String?
  /// The repository of the hub that the files come from, `OWNER/NAME`; `nil` if unknown.
  public let repository: String?
  /// The parsed `config.json`.
  public let configuration: ModelConfiguration
  /// The parsed `vocab.txt`.
  public let vocabulary: Vocabulary
  /// The networks.
  public let graphs: Graphs

  /// The form in which the directory holds the networks.
  public enum Graphs: Sendable, Equatable {
    /// The exported form: two files by their paths below the directory, with prediction network and joint network in
    /// one; without a decoder if the encoder is a whole CTC model.
    case exported(encoder: String, decoder: String?)
    /// The prepared form, in OpenVINO's format.
    case prepared(PreparedModel)
  }

  /// The names of the two texts of every model.
  public static let texts = ["config.json", "vocab.txt"]

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
      return try StoredModel(model, in: models).open()
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
  ///   - path: The directory; also a folder of its graphs, or one with a single model below it (``ModelPlace``).
  ///   - name: The model's name, if it differs from the directory's.
  /// - Throws: ``ModelError`` if a file is missing or cannot be used.
  public init(path: String, name: String? = nil) throws(ModelError) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard Files.isDirectory(trimmed) else { throw ModelError(model: trimmed, reason: .notADirectory) }
    if let prepared = PreparedModel(at: trimmed) {
      try self.init(prepared, name: name)
      return
    }
    if let reason = PreparedModel.trouble(at: trimmed) { throw ModelError(model: trimmed, reason: reason) }
    try self.init(try ModelPlace(trimmed), named: trimmed, name: name)
  }

  /// Opens and checks an export.
  ///
  /// - Parameters:
  ///   - place: The place of its files.
  ///   - path: The directory by which it was named.
  ///   - name: The model's name; `nil` for that of the place.
  init(_ place: ModelPlace, named path: String, name: String?) throws(ModelError) {
    self.path = place.home
    var configuration = try ModelConfiguration(
      parsing: try Self.contents(of: "config.json", in: place.home), of: place.home)
    vocabulary = try Self.vocabulary(in: place.home)
    let layout: ExportLayout
    do throws(LayoutFault) {
      layout = try place.layout.get()
    } catch {
      throw Self.failure(error, configuration.head, in: place.top)
    }
    // In a folder that the user named can be the other graphs of a model that has them for a transducer and for CTC.
    if layout.decoder == nil, place.isFolderNamed, layout.home != layout.folder { configuration.head = .ctc }
    self.configuration = configuration
    self.name = name ?? place.name.readable
    repository =
      HubRepository(named: name ?? "")?.repository ?? DownloadRecord(in: place.top)?.repository
      ?? HubCache.repository(of: place.top)
    let folder = ExportLayout.path(of: layout.folder, in: place.top)
    selection = layout.folder.isEmpty ? (place.top == path ? nil : place.top) : folder == path ? nil : folder
    func fromHome(_ path: String) -> String {
      layout.home.isEmpty ? path : String(path.dropFirst(layout.home.count + 1))
    }
    graphs = .exported(encoder: fromHome(layout.encoderPath), decoder: layout.decoderPath.map(fromHome))
  }

  private init(_ prepared: PreparedModel, name: String?) throws(ModelError) {
    path = prepared.path
    var configuration = try ModelConfiguration(
      parsing: try Self.contents(of: "config.json", in: prepared.path), of: prepared.path)
    if !prepared.hasDecoder { configuration.head = .ctc }
    self.configuration = configuration
    vocabulary = try Self.vocabulary(in: prepared.path)
    self.name = name ?? prepared.manifest.model
    repository = HubRepository(named: self.name)?.repository
    selection = nil
    graphs = .prepared(prepared)
  }

  private static func failure(
    _ fault: LayoutFault, _ head: ModelConfiguration.Head, in path: String
  ) -> ModelError {
    switch fault {
    case .noGraphs: absence(of: head == .ctc ? "model.onnx" : "encoder-model.onnx", in: path)
    case .half(_, let missing): absence(of: missing, in: path)
    case .mixed, .noInt8: ModelError(model: path, reason: .layout(fault))
    }
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

internal import FoundationEssentials
internal import SystemPaths
public import Transducer

/// A directory in the layout of the public ONNX export: `config.json`, `vocab.txt`, `encoder-model.onnx` (with
/// its external weights beside it, if any) and `decoder_joint-model.onnx`, or the two `.int8.onnx` files.
///
/// Or the directory of a ``PreparedModel``, which has the networks in another form.
///
/// What only the graphs can tell (sizes, tensor names) is checked when they are loaded.
public struct ModelDirectory: Sendable {
  /// How the model is called: its known name, or the directory's last path component.
  public let name: String
  public let path: String
  public let configuration: ModelConfiguration
  public let vocabulary: Vocabulary
  public let graphs: Graphs

  /// The form in which the directory holds the networks.
  public enum Graphs: Sendable, Equatable {
    /// As they were exported: two files of these names, prediction network and joint network in one.
    case exported(encoder: String, decoder: String)
    case prepared(PreparedModel)
  }

  /// The name of the model that comes with the program.
  public static let builtin = "builtin"

  /// Finds a model by its name, or opens the directory of that path.
  ///
  /// - Parameter models: The store's folder, for models of the hub; without it there are none.
  public static func find(_ nameOrPath: String, in models: String? = nil) throws(ModelError) -> ModelDirectory
  {
    if nameOrPath == builtin {
      return try ModelDirectory(path: BuiltinModel.path(), name: builtin)
    }
    if let models, let model = HubModel(named: nameOrPath) {
      let stored = StoredModel(model, in: models)
      guard !stored.complete.isEmpty else {
        throw ModelError(model: model.name, reason: .notPulled(models: models))
      }
      return try ModelDirectory(path: stored.path, name: model.name)
    }
    guard Files.isThere(nameOrPath) else {
      let known = [builtin] + HubModel.catalogue.map(\.name)
      throw ModelError(model: nameOrPath, reason: .unknownName(known: known))
    }
    return try ModelDirectory(path: nameOrPath)
  }

  /// Opens and checks a directory.
  ///
  /// - Parameter name: How the model is called, if not by its directory.
  public init(path: String, name: String? = nil) throws(ModelError) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = trimmed
    func failure(_ reason: ModelError.Reason) -> ModelError { ModelError(model: trimmed, reason: reason) }

    guard Files.isDirectory(trimmed) else { throw failure(.notADirectory) }
    let prepared = PreparedModel(at: trimmed)
    if prepared == nil, let reason = PreparedModel.trouble(at: trimmed) { throw failure(reason) }
    configuration = try Self.configuration(in: trimmed)
    vocabulary = try Self.vocabulary(in: trimmed)

    if let prepared {
      self.name = name ?? prepared.manifest.model
      graphs = .prepared(prepared)
      return
    }
    self.name = name ?? String(trimmed.split(separator: "/").last ?? "model").readable

    // The full-precision export if it is there; both graphs are always of the same kind.
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

  private static func configuration(in path: String) throws(ModelError) -> ModelConfiguration {
    let json = try contents(of: "config.json", in: path)
    do throws(ModelConfiguration.Malformed) {
      return try ModelConfiguration(parsing: json)
    } catch {
      throw ModelError(model: path, reason: .configuration(error.description))
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
    do throws(FileFault) {
      guard try ExportFile("\(path)/\(file)").bytes > 0 else { throw .empty }
    } catch {
      throw ModelError(path, file, error)
    }
    do throws(FileError) {
      return Data(try Files.contents(of: "\(path)/\(file)"))
    } catch {
      throw ModelError(path, file, .unreadable(error.message))
    }
  }

  /// Why a file is not there.
  private static func absence(of file: String, in path: String) -> ModelError {
    do throws(FileFault) {
      _ = try ExportFile("\(path)/\(file)")
    } catch {
      return ModelError(path, file, error)
    }
    return ModelError(path, file, .missing)
  }
}

internal import SystemPaths
public import Transducer

/// The reason why a model cannot be used.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of problem.
  public enum Reason: Sendable, Equatable {
    /// There is no model of that name.
    case unknownName(known: [String])
    /// The model has not been downloaded into the store's folder.
    case notPulled(models: String)
    /// The path is a file.
    case notADirectory
    /// The directory has files of exports, but no two graphs that belong together.
    case layout(LayoutFault)
    /// The directory has several models, in these folders below it.
    case severalModels([String])
    /// The folder of the hub's cache has no commit.
    case noSnapshot
    /// The built-in model is in none of these folders.
    case builtinMissing(looked: [String])
    /// A file, by its name, cannot be used, with the repair if there is one.
    case file(String, FileFault, repair: FileRepair?)
    /// The model was prepared by another version of Lorikeet.
    case preparedByAnother(original: String)
    /// `config.json` is invalid.
    case configuration(String)
    /// `vocab.txt` is invalid.
    case vocabulary(VocabularyError)
    /// A graph is invalid or unsupported.
    case graph(String)
    /// The export is quantized in a way that the device cannot run.
    case quantizedLayers(device: String)
  }

  /// The model's name or directory.
  public let model: String
  /// The problem.
  public let reason: Reason

  /// Creates an error.
  public init(model: String, reason: Reason) {
    self.model = model
    self.reason = reason
  }

  /// Creates an error about a file, with its repair.
  ///
  /// - Parameters:
  ///   - directory: The model's directory.
  ///   - file: The file's name in the directory.
  ///   - fault: The fault.
  public init(_ directory: String, _ file: String, _ fault: FileFault) {
    self.init(
      model: directory, reason: .file(file, fault, repair: FileRepair(of: fault, in: directory)))
  }

  /// Runs work that reads a file; an error of the system becomes one about this file.
  static func reading<Value>(
    _ file: String, in directory: String, _ work: () throws(FileError) -> Value
  ) throws(ModelError) -> Value {
    do throws(FileError) {
      return try work()
    } catch {
      throw ModelError(directory, file, .unreadable(error.message))
    }
  }

  /// The problem in one line, with a repair that needs no command of this program.
  public var description: String {
    switch reason {
    case .unknownName(let known):
      """
      model \(model): no such directory, and no model of that name; known names: \(known.joined(separator: ", ")); \
      other repositories of the hub: OWNER/NAME, with or without a commit of 40 hexadecimal digits and a folder: \
      OWNER/NAME@COMMIT/FOLDER
      """
    case .notPulled(let models):
      "model \(model): is not in \(models)"
    case .notADirectory:
      "model \(model): is a file, expected the directory that holds config.json and the model's other files"
    case .layout(let fault):
      "model \(model): \(fault)"
    case .severalModels(let folders):
      """
      model \(model): has \(folders.count) models: \(folders.prefix(5).joined(separator: ", "))\
      \(folders.count > 5 ? ", …" : ""); name one of them
      """
    case .noSnapshot:
      "model \(model): its folder 'snapshots' is empty: nothing was downloaded, or it was removed"
    case .builtinMissing(let looked):
      "model \(model): its files are not installed beside the program (looked in \(looked.joined(separator: ", ")))"
    case .file(let file, let fault, let repair):
      "model \(model): \(fault.description(of: file))" + (repair?.advice.map { "; \($0)" } ?? "")
    case .preparedByAnother(let original):
      """
      model \(model): was prepared by another version of Lorikeet; start with the model that it was made from, \(original), \
      to prepare it again
      """
    case .configuration(let what):
      "model \(model): config.json: \(what)"
    case .vocabulary(let error):
      "model \(model): vocab.txt: \(error)"
    case .quantizedLayers(let device):
      """
      model \(model): its export rounds activations to eight bits at inference, which \(device) cannot do, in layers \
      that could not be rewritten; only its full-precision export runs there
      """
    case .graph(let what):
      "model \(model): \(what)"
    }
  }
}

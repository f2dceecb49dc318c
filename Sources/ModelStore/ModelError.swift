public import Transducer

/// A model that cannot be used, and what would help.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case unknownName(known: [String])
    case notPulled(models: String)
    case notADirectory
    case builtinMissing(looked: [String])
    /// What is wrong with a file, by its name, and what helps.
    case file(String, FileFault, remedy: String?)
    case preparedByAnother(original: String)
    case configuration(String)
    case vocabulary(VocabularyError)
    case graph(String)
    case quantizedLayers(device: String)
  }

  /// The model's name or directory.
  public let model: String
  public let reason: Reason

  public init(model: String, reason: Reason) {
    self.model = model
    self.reason = reason
  }

  /// Of a file that cannot be used, with what helps.
  ///
  /// - Parameters:
  ///   - directory: The model's.
  ///   - file: Its name there.
  public init(_ directory: String, _ file: String, _ fault: FileFault) {
    self.init(
      model: directory, reason: .file(file, fault, remedy: FileRemedy.text(for: fault, in: directory)))
  }

  public var description: String {
    switch reason {
    case .unknownName(let known):
      """
      model \(model): no such directory, and no model of that name; known names: \(known.joined(separator: ", ")); \
      other repositories of the hub: OWNER/REPOSITORY@COMMIT, with the commit's 40 hexadecimal digits
      """
    case .notPulled(let models):
      "model \(model): is not in \(models); `lorikeet models pull \(model)` fetches it"
    case .notADirectory:
      "model \(model): is a file, expected the directory that holds config.json and the model's other files"
    case .builtinMissing(let looked):
      "model \(model): its files are not beside the program (looked in \(looked.joined(separator: ", ")))"
    case .file(let file, let fault, let remedy):
      "model \(model): \(fault.description(of: file))" + (remedy.map { "; \($0)" } ?? "")
    case .preparedByAnother(let original):
      """
      model \(model): was prepared by another version of Lorikeet; start with the model that it was made of, \(original), \
      and it is prepared again
      """
    case .configuration(let what):
      "model \(model): config.json: \(what)"
    case .vocabulary(let error):
      "model \(model): vocab.txt: \(error)"
    case .quantizedLayers(let device):
      """
      model \(model): its export rounds activations to eight bits at inference, which \(device) cannot do, in layers \
      that could not be rewritten; `lorikeet models pull` fetches the full-precision export, and --device cpu runs this one
      """
    case .graph(let what):
      "model \(model): \(what)"
    }
  }
}

internal import Glibc
public import ModelStore
internal import Synchronization
public import SystemPaths

/// A step of preparing a model, or the reason why its prepared form is not kept.
public enum PreparationEvent: Sendable, Equatable, CustomStringConvertible {
  /// Another process prepares a model in the same directory.
  case waiting(model: String)
  /// A preparation began.
  case began(model: String, weights: WeightFormat, directory: String)
  /// A preparation finished, after a number of seconds.
  case finished(model: String, path: String, seconds: Double)
  /// A model that another version of the preparation or of OpenVINO had prepared was removed.
  case removedOutdated(path: String)
  /// The prepared form is not kept: too little space, or no permission to write. The model is used without it.
  case notKept(model: String, FileError)

  /// True if the user should act on it.
  public var isTrouble: Bool {
    if case .notKept = self { true } else { false }
  }

  /// A message for the log.
  public var description: String {
    switch self {
    case .waiting(let model):
      "waiting for another process to finish preparing a model before preparing \(model)"
    case .began(let model, let weights, let directory):
      "preparing \(model) once, with \(weights.rawValue) weights, in \(directory); this takes about a minute"
    case .finished(let model, let path, let seconds):
      "prepared \(model) in \((seconds * 10).rounded() / 10) s: \(path)"
    case .removedOutdated(let path):
      "removed \(path), prepared by another version"
    case .notKept(let model, let failure):
      "the result of preparing \(model) is not kept: \(failure); every start prepares it again"
    }
  }
}

extension FileError {
  /// True if the path can never become a directory, whatever free space and permissions there are.
  var isWrongPlace: Bool {
    code.map { [ENOTDIR, EEXIST, ELOOP, ENAMETOOLONG, EISDIR].contains($0) } ?? false
  }
}

/// Reports events, and each reason why something is not kept only once: all networks go into the same data directory,
/// one after the other.
final class PreparationReport: Sendable {
  private let report: @Sendable (PreparationEvent) -> Void
  private let reasons = Mutex<Set<String>>([])

  init(_ report: @escaping @Sendable (PreparationEvent) -> Void) {
    self.report = report
  }

  /// Reports an event.
  func callAsFunction(_ event: PreparationEvent) {
    if case .notKept(_, let failure) = event {
      let reason = failure.code.map { "\($0)" } ?? failure.message
      guard reasons.withLock({ $0.insert(reason).inserted }) else { return }
    }
    report(event)
  }
}

internal import Glibc
public import ModelStore
internal import Synchronization
public import SystemPaths

/// A step of preparing a model, or the reason why its prepared form is not kept.
public enum PreparationEvent: Sendable, Equatable, CustomStringConvertible {
  /// Another process prepares a model in the same directory.
  case waiting(model: String)
  case began(model: String, weights: WeightFormat, directory: String)
  case finished(model: String, path: String, seconds: Double)
  /// A model that another version of the preparation or of OpenVINO had prepared was removed.
  case removedOutdated(path: String)
  /// The prepared form is not kept: too little space, or no permission to write. The model is used without it.
  case notKept(model: String, FileError)

  /// True if the user should act on it.
  public var isTrouble: Bool {
    if case .notKept = self { true } else { false }
  }

  public var description: String {
    switch self {
    case .waiting(let model):
      "waiting for another process that prepares a model; then \(model) is prepared"
    case .began(let model, let weights, let directory):
      "preparing \(model) once, with \(weights.rawValue) weights, in \(directory); this takes about a minute"
    case .finished(let model, let path, let seconds):
      "prepared \(model) in \((seconds * 10).rounded() / 10) s: \(path)"
    case .removedOutdated(let path):
      "removed \(path), which another version had prepared"
    case .notKept(let model, let failure):
      "what is made of \(model) is not kept: \(failure); every start makes it again"
    }
  }
}

extension FileError {
  /// True if the path can never become a directory, whatever free space and permissions there are.
  var isWrongPlace: Bool {
    code.map { [ENOTDIR, EEXIST, ELOOP, ENAMETOOLONG, EISDIR].contains($0) } ?? false
  }
}

/// Reports each reason why something is not kept only once: all networks go into the same data directory, one after the
/// other.
final class PreparationReport: Sendable {
  private let report: @Sendable (PreparationEvent) -> Void
  private let told = Mutex<Set<String>>([])

  init(_ report: @escaping @Sendable (PreparationEvent) -> Void) {
    self.report = report
  }

  func callAsFunction(_ event: PreparationEvent) {
    if case .notKept(_, let failure) = event {
      let reason = failure.code.map { "\($0)" } ?? failure.message
      guard told.withLock({ $0.insert(reason).inserted }) else { return }
    }
    report(event)
  }
}

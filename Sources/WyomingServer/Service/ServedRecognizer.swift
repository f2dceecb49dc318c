internal import Concurrency
public import Recognition
internal import Synchronization
public import WyomingProtocol
internal import WyomingStatus

/// The recognizer of a served model, which clients can speak to while the model is still fetched and loaded.
///
/// The owner of the model reports its progress: ``fetched(_:)``, ``arrived(_:)``, ``ready()``.
public final class ServedRecognizer: Sendable {
  private struct State {
    var program: SpeechProgram
    var isFetched: Bool
    var isReady = false

    var progress: ServerStatus.Progress { isReady ? .ready : isFetched ? .loading : .fetching }
  }

  private let state: Mutex<State>
  private let arrival = Promise<Recognizer>()

  /// - Parameters:
  ///   - program: The answer to `describe`.
  ///   - isFetched: True if the model's files are on this machine.
  public init(_ program: SpeechProgram, isFetched: Bool = true) {
    state = Mutex(State(program: program, isFetched: isFetched))
  }

  /// Notes that the model's files are on this machine.
  ///
  /// - Parameter program: The answer to `describe`, now that the files are known.
  public func fetched(_ program: SpeechProgram) {
    state.withLock { state in
      state.program = program
      state.isFetched = true
    }
  }

  /// Hands the recognizer to the utterances that wait for it; the recognizer can still be loading its model.
  public func arrived(_ recognizer: Recognizer) {
    arrival.resolve(recognizer)
  }

  /// Notes that the model is loaded.
  public func ready() {
    state.withLock { $0.isReady = true }
  }

  /// The answer to `describe`.
  var program: SpeechProgram { state.withLock { $0.program } }

  /// The tags of the languages that the model supports; empty if they are not known.
  var languages: [String] { program.models.flatMap(\.languages) }

  /// The recognizer; `nil` until it has arrived.
  var recognizer: Recognizer? { arrival.value }

  /// The progress of the model and the state of its devices.
  var status: ServerStatus {
    let (program, progress) = state.withLock { ($0.program, $0.progress) }
    let speculations = recognizer?.speculations ?? SpeculationCount()
    return ServerStatus(
      model: program.models.first?.artifact.name ?? program.artifact.name, progress: progress,
      devices: recognizer?.devices ?? [],
      speculation: ServerStatus.Speculation(
        started: speculations.started, used: speculations.used, savedSeconds: speculations.savedSeconds))
  }

  /// The reason why an utterance waits for the model; `nil` if the model is loaded.
  var notReadyReason: String? { state.withLock { $0.progress }.notReadyReason }

  /// Waits for the recognizer.
  func awaited() async throws(CancellationError) -> Recognizer { try await arrival.awaited() }
}

extension ServerStatus.Progress {
  /// The reason why an utterance waits for the model; `nil` if the model is loaded.
  fileprivate var notReadyReason: String? {
    switch self {
    case .fetching: "the model is still being fetched"
    case .loading: "the model is still loading"
    case .ready: nil
    }
  }
}

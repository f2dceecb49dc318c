internal import Concurrency
public import Recognition
public import StatusReport
internal import Synchronization

/// The recognizer of a served model, which clients can speak to while the model is still fetched and loaded.
///
/// The owner of the model reports its progress: ``fetched(_:)``, ``arrived(_:)``, ``ready()``.
public final class ServedRecognizer: Sendable {
  private struct State {
    var card: ModelCard
    var isFetched: Bool
    var isReady = false

    var progress: ServerStatus.Progress { isReady ? .ready : isFetched ? .loading : .fetching }
  }

  private let state: Mutex<State>
  private let arrival = Promise<Recognizer>()

  /// - Parameter isFetched: True if the model's files are on this machine.
  public init(_ card: ModelCard, isFetched: Bool = true) {
    state = Mutex(State(card: card, isFetched: isFetched))
  }

  /// Notes that the model's files are on this machine.
  ///
  /// - Parameter card: The description, now that the files are known.
  public func fetched(_ card: ModelCard) {
    state.withLock { state in
      state.card = card
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

  /// What clients are told about the model.
  public var card: ModelCard { state.withLock { $0.card } }

  /// The recognizer; `nil` until it has arrived.
  public var recognizer: Recognizer? { arrival.value }

  /// True if the model is loaded.
  public var isReady: Bool { state.withLock { $0.isReady } }

  /// The progress of the model and the state of its devices.
  public var status: ServerStatus {
    let (card, progress) = state.withLock { ($0.card, $0.progress) }
    let speculations = recognizer?.speculations ?? SpeculationCount()
    return ServerStatus(
      model: card.name, progress: progress,
      devices: recognizer?.devices ?? [],
      speculation: ServerStatus.Speculation(
        started: speculations.started, used: speculations.used, savedSeconds: speculations.savedSeconds))
  }

  /// The reason why an utterance waits for the model; `nil` if the model is loaded.
  var notReadyReason: String? { state.withLock { $0.progress }.notReadyReason }

  /// Waits for the recognizer.
  public func awaited() async throws(CancellationError) -> Recognizer { try await arrival.awaited() }
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

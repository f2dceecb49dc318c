public import Recognition
internal import Synchronization
public import WyomingProtocol

/// A model that is served, perhaps before it is there: what `describe` says of it, and its recognizer once that can
/// work. Whoever brings the model tells how far it is.
public final class ServedRecognizer: Sendable {
  private typealias Waiter = CheckedContinuation<Recognizer?, Never>

  private struct State {
    var program: SpeechProgram
    var isFetched: Bool
    var recognizer: Recognizer?
    var isReady = false
    var waiters: [Int: Waiter] = [:]
    var waiterCount = 0

    var progress: ServerStatus.Progress { isReady ? .ready : isFetched ? .loading : .fetching }
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - program: What `describe` is answered with.
  ///   - isFetched: Whether the model's files are there.
  public init(_ program: SpeechProgram, isFetched: Bool = true) {
    state = Mutex(State(program: program, isFetched: isFetched))
  }

  /// The model's files have come.
  ///
  /// - Parameter program: What is known of it now.
  public func fetched(_ program: SpeechProgram) {
    state.withLock { state in
      state.program = program
      state.isFetched = true
    }
  }

  /// The model's recognizer is there, and utterances that wait for it go on: it may still have to load.
  public func arrived(_ recognizer: Recognizer) {
    let waiters = state.withLock { state in
      state.recognizer = recognizer
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume(returning: recognizer) }
  }

  /// The model is loaded.
  public func ready() {
    state.withLock { $0.isReady = true }
  }

  var program: SpeechProgram { state.withLock { $0.program } }

  /// Tags of the languages that the model knows; none if that is not known.
  var languages: [String] { program.models.flatMap(\.languages) }

  /// `nil` while the model is fetched.
  var recognizer: Recognizer? { state.withLock { $0.recognizer } }

  /// How far the model and its devices are.
  var status: ServerStatus {
    let (program, progress, recognizer) = state.withLock { ($0.program, $0.progress, $0.recognizer) }
    return ServerStatus(
      model: program.models.first?.artifact.name ?? program.artifact.name, progress: progress,
      devices: recognizer?.devices ?? [],
      speculation: recognizer?.speculations ?? SpeculationCount())
  }

  /// What an utterance that waits too long waits for; `nil` if it is not the model.
  var notReadyReason: String? { state.withLock { $0.progress }.notReadyReason }

  /// Waits until the model is there.
  func awaited() async throws(CancellationError) -> Recognizer {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    let recognizer = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in wait(waiter, number) }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
    }
    guard let recognizer else { throw CancellationError() }
    return recognizer
  }

  private func wait(_ waiter: Waiter, _ number: Int) {
    enum Outcome {
      case waits
      case goesOn(Recognizer?)
    }
    let outcome: Outcome = state.withLock { state in
      if let recognizer = state.recognizer { return .goesOn(recognizer) }
      // Who is cancelled from here on finds the waiter in its place.
      if Task.isCancelled { return .goesOn(nil) }
      state.waiters[number] = waiter
      return .waits
    }
    if case .goesOn(let recognizer) = outcome { waiter.resume(returning: recognizer) }
  }
}

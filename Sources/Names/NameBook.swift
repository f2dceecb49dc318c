internal import Synchronization
public import Transducer

/// The names that a server knows, from all of their sources, and the number of times that they changed a transcript.
public final class NameBook: Sendable {
  /// An origin of names. In the order of precedence, if there are too many.
  public enum Source: String, Sendable, CaseIterable {
    case file
    case homeAssistant = "home-assistant"
  }

  /// The state of a source.
  public struct Entry: Sendable {
    /// The names that were read last.
    public var names: [Name] = []
    /// The time at which they were read; `nil` if they never were.
    public var time: ContinuousClock.Instant?
    /// The reason why the source cannot be read at present; `nil` if it can.
    public var failure: String?
  }

  private struct State {
    var entries: [Source: Entry] = [:]
    var phrases: [BoostedPhrase] = []
    var boosts = Boosts()
  }

  /// The effect of the names so far.
  public struct Boosts: Sendable, Equatable {
    /// The number of tokens that a name has changed.
    public var tokens = 0
    /// The number of utterances in which a name has changed a token.
    public var utterances = 0
  }

  private let state = Mutex(State())

  /// Creates an empty book.
  ///
  /// - Parameter sources: The sources that names will come from.
  public init(_ sources: [Source] = []) {
    state.withLock { state in
      for source in sources { state.entries[source] = Entry() }
    }
  }

  /// Takes the present names of a source.
  public func update(_ source: Source, _ names: [Name]) {
    state.withLock { state in
      state.entries[source] = Entry(names: names, time: .now)
      state.phrases = Source.allCases.flatMap { state.entries[$0]?.names ?? [] }.flatMap(\.phrases)
    }
  }

  /// Notes that a source cannot be read. Its names stay as they are.
  public func fail(_ source: Source, because why: String) {
    state.withLock { $0.entries[source, default: Entry()].failure = why }
  }

  /// Counts the tokens that names have changed in an utterance.
  public func count(boostedTokens: Int) {
    guard boostedTokens > 0 else { return }
    state.withLock { state in
      state.boosts.tokens += boostedTokens
      state.boosts.utterances += 1
    }
  }

  /// The phrases of all names, for an utterance that begins now.
  public var phrases: [BoostedPhrase] { state.withLock { $0.phrases } }

  /// The sources with their names, in the order of precedence.
  public var entries: [(source: Source, entry: Entry)] {
    state.withLock { state in
      Source.allCases.compactMap { source in state.entries[source].map { (source, $0) } }
    }
  }

  /// The effect of the names so far.
  public var boosts: Boosts { state.withLock { $0.boosts } }
}

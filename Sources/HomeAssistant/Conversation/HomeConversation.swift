internal import Names

/// A conversation with Home Assistant's WebSocket API: authentication, subscriptions to changes, and reads of the names.
///
/// It has neither a socket nor a clock: the caller carries out the actions.
struct HomeConversation: Sendable {
  enum Action: Sendable, Equatable {
    /// Sends a message.
    case send([UInt8])
    /// Takes the names of a finished read.
    case names([Name])
    /// Reports a limitation of the names, each once in a conversation.
    case note(HomeNote)
    /// Calls ``read()`` after a pause, since changes come in bursts.
    case requestRead
  }

  /// A part of the conversation that has a time limit.
  enum Part: Sendable, Equatable {
    case authentication
    /// A read, counted from 1.
    case read(Int)
  }

  private enum State {
    case greeting, authentication, open
  }

  /// The events after which the names can be others.
  static let eventTypes = ["entity", "device", "area", "floor"].map { "\($0)_registry_updated" }

  private let token: AccessToken
  let followsChanges: Bool
  private var state = State.greeting
  private var lastID = 0
  private var subscriptions: Set<Int> = []
  /// The commands without an answer, by id.
  private var pending: [Int: HomeCommand] = [:]
  private var notes: Set<HomeNote> = []

  private var current: HomeRead?
  private var reads = 0
  /// True if a read was requested and has not begun.
  private var isRequested = false
  /// True if something has changed during the read.
  private var isOutdated = false

  /// Creates a conversation that begins with Home Assistant's greeting.
  ///
  /// - Parameter followsChanges: True to read again whenever the home has changed; false to read once.
  init(token: AccessToken, followsChanges: Bool) {
    self.token = token
    self.followsChanges = followsChanges
  }

  /// The part of the conversation that is in progress; `nil` while it waits for changes.
  var part: Part? { state == .open ? current.map { _ in .read(reads) } : .authentication }

  /// The message that is expected next, for errors.
  var awaited: String {
    switch state {
    case .greeting: "its greeting"
    case .authentication: "its answer to the token"
    case .open: current.map { "its answer to \($0.command.type)" } ?? "a message"
    }
  }

  /// Takes a message.
  ///
  /// - Throws: An error that ends the connection.
  mutating func receive(_ bytes: [UInt8]) throws(HomeError) -> [Action] {
    let message: HomeMessage
    do {
      message = try HomeMessage(bytes, answering: pending)
    } catch {
      throw .notUnderstood(awaited)
    }
    switch (state, message) {
    case (.greeting, .authenticationRequired):
      state = .authentication
      return [.send(HomeCommand.authentication(token))]
    case (.authentication, .authenticationAccepted):
      state = .open
      return subscribe() + read()
    case (.authentication, .authenticationRefused):
      throw .refusedToken(source: token.source)
    case (.open, .answer(let id, let answer)):
      return take(answer, id)
    case (.open, .refusal(let id, let code)):
      return try take(refusal: code, id)
    case (.open, .event(let id)):
      return subscriptions.contains(id) ? registriesChanged() : []
    case (.open, .other):
      return []
    default:
      throw .notUnderstood(awaited)
    }
  }

  /// Begins a read, unless one is in progress.
  mutating func read() -> [Action] {
    guard state == .open, current == nil else { return [] }
    let read = HomeRead()
    current = read
    reads += 1
    isRequested = false
    isOutdated = false
    return [send(read.command)]
  }

  /// Requests a read: at once, or after the one in progress.
  private mutating func registriesChanged() -> [Action] {
    guard current == nil else {
      isOutdated = true
      return []
    }
    guard !isRequested else { return [] }
    isRequested = true
    return [.requestRead]
  }

  private mutating func subscribe() -> [Action] {
    guard followsChanges else { return [] }
    return Self.eventTypes.map { type in
      let action = send(.subscription(to: type))
      subscriptions.insert(lastID)
      return action
    }
  }

  private mutating func take(_ answer: HomeAnswer, _ id: Int) -> [Action] {
    guard pending.removeValue(forKey: id) != nil, answer != .done, let step = current?.receive(answer)
    else { return [] }
    return act(on: step)
  }

  private mutating func take(refusal code: String, _ id: Int) throws(HomeError) -> [Action] {
    if case .subscription? = pending.removeValue(forKey: id) {
      return note(.noEvents)
    }
    guard let step = try current?.receive(refusal: code) else { return [] }
    return (current?.isRestricted == true ? note(.noAdministrator) : []) + act(on: step)
  }

  private mutating func act(on step: HomeRead.Step) -> [Action] {
    switch step {
    case .send(let command):
      return [send(command)]
    case .finish(let names):
      current = nil
      return [.names(names)] + (isOutdated ? registriesChanged() : [])
    }
  }

  private mutating func send(_ command: HomeCommand) -> Action {
    lastID += 1
    pending[lastID] = command
    return .send(command.message(id: lastID))
  }

  private mutating func note(_ note: HomeNote) -> [Action] {
    notes.insert(note).inserted ? [.note(note)] : []
  }
}

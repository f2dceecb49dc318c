internal import Names

/// A read of a home's names: the commands, one after the other, and what their answers contain.
///
/// Areas and floors come first: there are few of them, so that they are never those beyond the limit.
struct HomeRead: Sendable {
  /// The next step of a read.
  enum Step: Sendable, Equatable {
    case send(HomeCommand)
    case finish([Name])
  }

  /// The number of entities whose entries are asked for at a time. An entry has about 1 kB.
  static let batch = 500

  /// The command that is waiting for its answer.
  private(set) var command = HomeCommand.exposedEntities
  /// True if the read has to do without the rights of an administrator.
  private(set) var isRestricted = false

  private var entities: [String] = []
  private var friendlyNames: [String: String] = [:]
  /// The number of entities whose entries were received.
  private var received = 0
  private var list = NameList()

  /// Takes the answer to the command.
  mutating func receive(_ answer: HomeAnswer) -> Step {
    switch (command, answer) {
    case (_, .entities(let entities)):
      // The order in an object is any.
      self.entities = entities.sorted()
      return send(.areas)
    case (.areas, .places(let names)):
      names.forEach { list.add($0) }
      return send(.floors)
    case (_, .places(let names)):
      names.forEach { list.add($0) }
      return send(.states)
    case (_, .friendlyNames(let names)):
      friendlyNames = names
      guard isRestricted else { return nextBatch() }
      for entity in entities { list.add(names[entity]) }
      return .finish(list.names)
    case (.entries(let batch), .aliases(let aliases)):
      for entity in batch { add(entity, aliases[entity] ?? []) }
      received += batch.count
      return nextBatch()
    case (_, .aliases), (_, .done):
      return nextBatch()
    }
  }

  /// Takes the refusal of the command.
  mutating func receive(refusal code: String) throws(HomeError) -> Step {
    switch command {
    case .exposedEntities where code == "unauthorized":
      isRestricted = true
      return send(.displayedEntities)
    case .areas, .floors:
      return receive(.places([]))
    default:
      throw .refused(command: command.type, code: code)
    }
  }

  private mutating func add(_ entity: String, _ aliases: [Alias]) {
    // Older versions have empty lists where newer ones have the entity's own name.
    let isNamed = aliases.contains { $0 != .none }
    for alias in isNamed ? aliases : [.ownName] {
      switch alias {
      case .name(let name): list.add(name)
      case .ownName: list.add(friendlyNames[entity])
      case .none: break
      }
    }
  }

  private mutating func nextBatch() -> Step {
    guard received < entities.count, !list.isFull else { return .finish(list.names) }
    return send(.entries(of: Array(entities[received...].prefix(Self.batch))))
  }

  private mutating func send(_ command: HomeCommand) -> Step {
    self.command = command
    return .send(command)
  }
}

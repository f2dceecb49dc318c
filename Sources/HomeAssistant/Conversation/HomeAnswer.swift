/// The result of a command, as far as it is used.
enum HomeAnswer: Sendable, Equatable {
  /// The ids of entities.
  case entities([String])
  /// The names of entities, by id.
  case friendlyNames([String: String])
  /// The aliases of entities, by id.
  case aliases([String: [Alias]])
  /// The names and aliases of areas or floors.
  case places([String])
  case done

  /// Decodes the result of a command.
  ///
  /// - Throws: A `DecodingError` if it has the wrong form as a whole. Parts of the wrong form are left out.
  init<Key>(_ command: HomeCommand, in message: KeyedDecodingContainer<Key>, _ key: Key) throws {
    switch command {
    case .subscription:
      self = .done
    case .exposedEntities:
      let result = try message.decode(Exposures.self, forKey: key)
      self = .entities(result.entities.filter { $1.value?.conversation?.value == true }.map(\.key))
    case .displayedEntities:
      let result = try message.decode(DisplayList.self, forKey: key)
      self = .entities(result.entities.compactMap(\.value).filter(\.isVisible).map(\.id))
    case .states:
      let states = try message.decode([Lenient<EntityState>].self, forKey: key).compactMap(\.value)
      self = .friendlyNames(Dictionary(states.map { ($0.id, $0.name) }) { first, _ in first })
    case .entries:
      let entries = try message.decode([String: Lenient<Entry>].self, forKey: key)
      self = .aliases(entries.compactMapValues(\.value?.aliases))
    case .areas, .floors:
      let places = try message.decode([Lenient<Place>].self, forKey: key).compactMap(\.value)
      self = .places(places.flatMap(\.names))
    }
  }
}

/// A further name of an entity.
enum Alias: Sendable, Equatable, Decodable {
  case name(String)
  /// The entity's own name, which is `null` in the list of aliases.
  case ownName
  /// A value of another form.
  case none

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    self = value.decodeNil() ? .ownName : (try? value.decode(String.self)).map(Alias.name) ?? .none
  }
}

// The parts of results.

private struct Exposures: Decodable {
  let entities: [String: Lenient<Assistants>]

  private enum CodingKeys: String, CodingKey { case entities = "exposed_entities" }

  struct Assistants: Decodable, Sendable {
    let conversation: Lenient<Bool>?
  }
}

private struct DisplayList: Decodable {
  let entities: [Lenient<Entity>]

  struct Entity: Decodable, Sendable {
    let id: String
    /// True if the entity is neither hidden nor for configuration or diagnosis.
    let isVisible: Bool

    private enum CodingKeys: String, CodingKey { case ei, hb, ec }

    init(from decoder: any Decoder) throws {
      let entity = try decoder.container(keyedBy: CodingKeys.self)
      id = try entity.decode(String.self, forKey: .ei)
      isVisible = try [.hb, .ec].allSatisfy { try !entity.contains($0) || entity.decodeNil(forKey: $0) }
    }
  }
}

private struct EntityState: Decodable, Sendable {
  let id: String
  let name: String

  private enum CodingKeys: String, CodingKey {
    case id = "entity_id"
    case attributes
    case name = "friendly_name"
  }

  init(from decoder: any Decoder) throws {
    let state = try decoder.container(keyedBy: CodingKeys.self)
    id = try state.decode(String.self, forKey: .id)
    name = try state.nestedContainer(keyedBy: CodingKeys.self, forKey: .attributes)
      .decode(String.self, forKey: .name)
  }
}

private struct Entry: Decodable, Sendable {
  let aliases: [Alias]
}

private struct Place: Decodable, Sendable {
  let names: [String]

  private enum CodingKeys: CodingKey { case name, aliases }

  init(from decoder: any Decoder) throws {
    let place = try decoder.container(keyedBy: CodingKeys.self)
    let aliases = place.lenient([Lenient<String>].self, .aliases) ?? []
    names = [place.lenient(String.self, .name)].compactMap(\.self) + aliases.compactMap(\.value)
  }
}

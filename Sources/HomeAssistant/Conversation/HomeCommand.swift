internal import FoundationEssentials

/// A command of Home Assistant's WebSocket API.
enum HomeCommand: Sendable, Equatable {
  /// Reports events of a type from now on.
  case subscription(to: String)
  /// Lists the entities that are exposed to assistants. For administrators only.
  case exposedEntities
  /// Lists the entities that the user can see.
  case displayedEntities
  /// Lists the states of all entities, with their names.
  case states
  /// Lists the registry's entries of these entities, with their aliases.
  case entries(of: [String])
  case areas
  case floors

  /// The command's type in a message.
  var type: String {
    switch self {
    case .subscription: "subscribe_events"
    case .exposedEntities: "homeassistant/expose_entity/list"
    case .displayedEntities: "config/entity_registry/list_for_display"
    case .states: "get_states"
    case .entries: "config/entity_registry/get_entries"
    case .areas: "config/area_registry/list"
    case .floors: "config/floor_registry/list"
    }
  }

  /// Returns the message with the command.
  func message(id: Int) -> [UInt8] {
    var message = Message(id: id, type: type)
    switch self {
    case .subscription(let type): message.eventType = type
    case .entries(let entities): message.entities = entities
    default: break
    }
    return message.encoded
  }

  /// Returns the message with the token.
  static func authentication(_ token: AccessToken) -> [UInt8] {
    Message(type: "auth", accessToken: token.secret).encoded
  }
}

/// A message to Home Assistant.
private struct Message: Encodable {
  var id: Int?
  var type: String
  var accessToken: String?
  var eventType: String?
  var entities: [String]?

  private enum CodingKeys: String, CodingKey {
    case id, type
    case accessToken = "access_token"
    case eventType = "event_type"
    case entities = "entity_ids"
  }

  var encoded: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and numbers can always be encoded.
    return (try? encoder.encode(self)).map(Array.init) ?? []
  }
}

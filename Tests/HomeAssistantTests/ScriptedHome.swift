import FoundationEssentials
import Names

@testable import HomeAssistant

/// The other side of a conversation: answers each command with a result that a test can replace.
struct ScriptedHome {
  /// The result of a command, as JSON.
  var results = [
    "subscribe_events": "null",
    "homeassistant/expose_entity/list":
      #"{"exposed_entities":{"light.a":{"conversation":true},"light.b":{"conversation":true,"cloud.alexa":true},"light.c":{"cloud.alexa":true}}}"#,
    "config/entity_registry/list_for_display":
      #"{"entity_categories":{},"entities":[{"ei":"light.a"},{"ei":"light.c","en":"C"},{"ei":"light.d","hb":true},{"ei":"light.e","ec":0},{"ei":"light.f","hb":null}]}"#,
    "config/area_registry/list":
      #"[{"area_id":"kitchen","name":"Kitchen","aliases":["Cocina"]},{"area_id":"salon","name":"Salón","aliases":[]}]"#,
    "config/floor_registry/list": #"[{"floor_id":"attic","name":"Attic","aliases":["desván"],"level":2}]"#,
    "get_states":
      #"[{"entity_id":"light.a","state":"on","attributes":{"friendly_name":"Lamp A"}},{"entity_id":"light.b","attributes":{"friendly_name":"Lamp B"}},{"entity_id":"light.c","attributes":{"friendly_name":"Lamp C"}},{"entity_id":"light.f","attributes":{"friendly_name":"Lamp F"}}]"#,
    "config/entity_registry/get_entries":
      #"{"light.a":{"entity_id":"light.a","aliases":[null,"reading lamp"]},"light.b":{"aliases":["Natalie Sparkly"]}}"#,
  ]
  /// The codes of errors, by command.
  var refusals: [String: String] = [:]
  /// Whole messages in the place of answers, by command; also for "auth".
  var messages: [String: String] = [:]
  /// Called before each answer.
  var onCommand: (String, inout ScriptedHome) -> Void = { _, _ in }

  /// The course of the conversation so far.
  var commands: [String] = []
  var sent: [Sent] = []
  var names: [[String]] = []
  var notes: [HomeNote] = []
  var requests = 0

  /// A message of the client.
  struct Sent: Decodable {
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
  }

  /// The ids of the subscriptions.
  var subscriptions: [Int] { sent.filter { $0.type == "subscribe_events" }.compactMap(\.id) }

  /// Greets a client, and answers until it has nothing more to say.
  mutating func greet(_ conversation: inout HomeConversation) throws {
    try say(messages["greeting"] ?? #"{"type":"auth_required","ha_version":"2026.11.0"}"#, to: &conversation)
  }

  /// Sends an event of the first subscription, `count` times.
  mutating func fire(_ count: Int = 1, to conversation: inout HomeConversation) throws {
    for _ in 0..<count {
      try say(#"{"id":\#(subscriptions[0]),"type":"event","event":{"data":{}}}"#, to: &conversation)
    }
  }

  /// Sends a message, and answers until the client has nothing more to say.
  mutating func say(_ message: String, to conversation: inout HomeConversation) throws {
    try act(conversation.receive(Array(message.utf8)), &conversation)
  }

  /// Carries out a client's actions.
  mutating func act(_ actions: [HomeConversation.Action], _ conversation: inout HomeConversation) throws {
    for action in actions {
      switch action {
      case .names(let list): names.append(list.map(\.text))
      case .note(let note): notes.append(note)
      case .requestRead: requests += 1
      case .send(let bytes):
        let command = try JSONDecoder().decode(Sent.self, from: Data(bytes))
        sent.append(command)
        commands.append(command.type)
        onCommand(command.type, &self)
        if let answer = answer(to: command) { try say(answer, to: &conversation) }
      }
    }
  }

  private func answer(to command: Sent) -> String? {
    if let message = messages[command.type] { return message.isEmpty ? nil : message }
    if command.type == "auth" { return #"{"type":"auth_ok","ha_version":"2026.11.0"}"# }
    let id = command.id ?? 0
    if let code = refusals[command.type] {
      return #"{"id":\#(id),"type":"result","success":false,"error":{"code":"\#(code)","message":"No."}}"#
    }
    return #"{"id":\#(id),"type":"result","success":true,"result":\#(results[command.type] ?? "null")}"#
  }
}

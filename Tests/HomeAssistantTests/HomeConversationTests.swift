import Testing

@testable import HomeAssistant

private let exposed = "homeassistant/expose_entity/list"
private let displayed = "config/entity_registry/list_for_display"
private let entries = "config/entity_registry/get_entries"
private let areas = "config/area_registry/list"
private let floors = "config/floor_registry/list"
private let places = ["Kitchen", "Cocina", "Salón", "Attic", "desván"]

@Suite struct `A conversation with Home Assistant` {
  private var home = ScriptedHome()
  private var conversation: HomeConversation

  init() throws {
    conversation = HomeConversation(
      token: try AccessToken("secret", source: "VARIABLE"), followsChanges: true)
  }

  /// Begins the conversation, and returns its error.
  private mutating func fault() -> HomeError? {
    do {
      try home.greet(&conversation)
      return nil
    } catch {
      return error as? HomeError
    }
  }

  @Test mutating func `a conversation authenticates, subscribes and reads`() throws {
    try home.greet(&conversation)
    #expect(
      home.commands == ["auth"] + Array(repeating: "subscribe_events", count: 4) + [
        exposed, areas, floors, "get_states", entries,
      ])
    #expect(home.sent[0].accessToken == "secret")
    #expect(
      home.sent.compactMap(\.eventType) == [
        "entity_registry_updated", "device_registry_updated", "area_registry_updated",
        "floor_registry_updated",
      ])
    #expect(home.sent.last?.entities == ["light.a", "light.b"])
    #expect(home.names == [places + ["Lamp A", "reading lamp", "Natalie Sparkly"]])
    #expect(home.notes.isEmpty && home.requests == 0)
    #expect(conversation.part == nil)
  }

  @Test mutating func `the ids of commands increase from 1`() throws {
    try home.greet(&conversation)
    #expect(home.sent.compactMap(\.id) == Array(1...9))
  }

  @Test mutating func `a conversation that reads once does not subscribe`() throws {
    conversation = HomeConversation(token: try AccessToken("x", source: "VARIABLE"), followsChanges: false)
    try home.greet(&conversation)
    #expect(home.subscriptions.isEmpty)
    #expect(home.names.count == 1)
  }

  @Test mutating func `a conversation knows what it is waiting for`() throws {
    #expect((conversation.part, conversation.awaited) == (.authentication, "its greeting"))
    home.messages["auth"] = ""
    try home.greet(&conversation)
    #expect((conversation.part, conversation.awaited) == (.authentication, "its answer to the token"))
    home.messages["get_states"] = ""
    try home.say(#"{"type":"auth_ok"}"#, to: &conversation)
    #expect((conversation.part, conversation.awaited) == (.read(1), "its answer to get_states"))
  }

  // Names

  @Test(
    arguments: [
      (#"[null]"#, ["Lamp A"]), (#"["x",null]"#, ["x", "Lamp A"]), (#"["x","y"]"#, ["x", "y"]),
      // Older versions have no null, and mean the name by an empty list.
      (#"[]"#, ["Lamp A"]), (#"null"#, ["Lamp A"]), (#"7"#, ["Lamp A"]), (#"{"0":"x"}"#, ["Lamp A"]),
      (#"[7,{},[],true,1e300]"#, ["Lamp A"]), (#"[7,"x",{}]"#, ["x"]),
      (#"["Lamp A",null,"x","x"]"#, ["Lamp A", "x"]),
    ])
  mutating func `null in the aliases is the entity's own name`(aliases: String, names: [String]) throws {
    home.results[exposed] = #"{"exposed_entities":{"light.a":{"conversation":true}}}"#
    home.results[entries] = #"{"light.a":{"aliases":\#(aliases)}}"#
    try home.greet(&conversation)
    #expect(home.names == [places + names])
  }

  @Test(arguments: [
    #"{}"#, #"{"light.a":null}"#, #"{"light.a":[]}"#, #"{"light.a":{}}"#, #"{"light.b":{"aliases":["x"]}}"#,
  ])
  mutating func `an exposed entity that is not in the registry goes by its own name`(result: String) throws {
    home.results[exposed] = #"{"exposed_entities":{"light.a":{"conversation":true}}}"#
    home.results[entries] = result
    try home.greet(&conversation)
    #expect(home.names == [places + ["Lamp A"]])
  }

  @Test mutating func `an entity without a state is known by its aliases only`() throws {
    home.results["get_states"] = "[]"
    try home.greet(&conversation)
    #expect(home.names == [places + ["reading lamp", "Natalie Sparkly"]])
  }

  @Test mutating func `a home without exposed entities has the names of its areas and floors`() throws {
    home.results[exposed] = #"{"exposed_entities":{}}"#
    try home.greet(&conversation)
    #expect(!home.commands.contains(entries))
    #expect(home.names == [places])
  }

  @Test mutating func `the entries of many entities are read in batches`() throws {
    let ids = (0..<1200).map { "light.\(10_000 + $0)" }
    home.results[exposed] =
      #"{"exposed_entities":{\#(ids.map { #""\#($0)":{"conversation":true}"# }.joined(separator: ","))}}"#
    home.results[entries] = "{}"
    home.results["get_states"] =
      "[\(ids.map { #"{"entity_id":"\#($0)","attributes":{"friendly_name":"Lamp \#($0)"}}"# }.joined(separator: ","))]"
    try home.greet(&conversation)
    #expect(home.sent.compactMap(\.entities).map(\.count) == [500, 500, 200])
    #expect(home.sent.compactMap(\.entities).flatMap(\.self) == ids)
    #expect(home.names.map(\.count) == [1200 + places.count])
  }

  @Test mutating func `beyond 10,000 names no further entries are read`() throws {
    let areaNames = (0..<10_000).map { #"{"name":"Area \#($0)"}"# }
    home.results[areas] = "[\(areaNames.joined(separator: ","))]"
    try home.greet(&conversation)
    #expect(!home.commands.contains(entries))
    #expect(home.names.map(\.count) == [10_000])
  }

  @Test mutating func `names are cleaned`() throws {
    home.results[areas] =
      #"[{"name":"a\nb\u0000c","aliases":["...","","\u202eright","😀","Salón"]},{"name":"Salo\u0301n"}]"#
    home.results[floors] = "[]"
    home.results[exposed] = #"{"exposed_entities":{}}"#
    try home.greet(&conversation)
    #expect(home.names == [["a b c", "right", "Salón"]])
  }

  // Rights

  @Test mutating func `without admin rights the visible entities are used`() throws {
    home.refusals[exposed] = "unauthorized"
    try home.greet(&conversation)
    #expect(home.commands.suffix(5) == [exposed, displayed, areas, floors, "get_states"])
    #expect(home.names == [places + ["Lamp A", "Lamp C", "Lamp F"]])
    #expect(home.notes == [.noAdministrator])
  }

  @Test mutating func `missing admin rights are noted once in a conversation`() throws {
    home.refusals[exposed] = "unauthorized"
    try home.greet(&conversation)
    try home.fire(to: &conversation)
    try home.act(conversation.read(), &conversation)
    #expect(home.names.count == 2)
    #expect(home.notes == [.noAdministrator])
  }

  @Test(arguments: [areas, floors], ["unauthorized", "unknown_command"])
  mutating func `areas or floors that are refused are left out`(command: String, code: String) throws {
    home.refusals[command] = code
    try home.greet(&conversation)
    let left = command == areas ? ["Attic", "desván"] : ["Kitchen", "Cocina", "Salón"]
    #expect(home.names == [left + ["Lamp A", "reading lamp", "Natalie Sparkly"]])
  }

  @Test mutating func `a refused subscription is noted and the names are read`() throws {
    home.refusals["subscribe_events"] = "unauthorized"
    try home.greet(&conversation)
    #expect(home.names.count == 1)
    #expect(home.notes == [.noEvents])
  }

  @Test(
    arguments: [
      (exposed, "unknown_command"), ("get_states", "unauthorized"), (entries, "unknown_error"),
      (displayed, "unauthorized"),
    ])
  mutating func `a refused command that is needed ends the conversation`(command: String, code: String) {
    if command == displayed { home.refusals[exposed] = "unauthorized" }
    home.refusals[command] = code
    #expect(fault() == .refused(command: command, code: code))
  }

  @Test(
    arguments: [
      "{}", #"{"code":7}"#, "null", "[]", #"{"code":""}"#, #"{"code":"No way!\n"}"#,
      #"{"code":"\#(String(repeating: "x", count: 1000))"}"#,
    ])
  mutating func `a refusal without a valid code is an unknown error`(error: String) {
    home.messages["get_states"] = #"{"id":8,"type":"result","success":false,"error":\#(error)}"#
    #expect(fault() == .refused(command: "get_states", code: "unknown_error"))
  }

  @Test mutating func `a refused token ends the conversation with its origin`() {
    home.messages["auth"] = #"{"type":"auth_invalid","message":"secret"}"#
    let error = fault()
    #expect(error == .refusedToken(source: "VARIABLE"))
    #expect(error?.description == "Home Assistant has refused the token from VARIABLE")
  }

  // Changes

  @Test mutating func `a burst of events requests one read`() throws {
    try home.greet(&conversation)
    try home.fire(500, to: &conversation)
    #expect(home.requests == 1)
    home.results[areas] = #"[{"name":"Galley"}]"#
    try home.act(conversation.read(), &conversation)
    #expect(home.names.count == 2)
    #expect(home.names.last?.first == "Galley")
    try home.fire(to: &conversation)
    #expect(home.requests == 2)
  }

  @Test mutating func `events during a read request one further read after it`() throws {
    home.messages["get_states"] = ""
    try home.greet(&conversation)
    try home.fire(500, to: &conversation)
    #expect(home.requests == 0)
    home.messages = [:]
    try home.say(#"{"id":8,"type":"result","success":true,"result":[]}"#, to: &conversation)
    #expect((home.names.count, home.requests) == (1, 1))
    try home.act(conversation.read(), &conversation)
    #expect((home.names.count, home.requests) == (2, 1))
    #expect(conversation.part == nil)
  }

  @Test mutating func `a read that is requested during a read does not begin`() throws {
    home.messages["get_states"] = ""
    try home.greet(&conversation)
    #expect(conversation.read() == [])
  }

  @Test mutating func `no read begins before the token is accepted`() {
    #expect(conversation.read() == [])
  }

  @Test mutating func `an event of another subscription is ignored`() throws {
    try home.greet(&conversation)
    try home.say(#"{"id":77,"type":"event","event":{}}"#, to: &conversation)
    #expect(home.requests == 0)
  }

  // Odd messages

  @Test(
    arguments: [
      #"{"type":"pong","id":3}"#, #"{"type":"","x":null}"#,
      #"{"id":4000000000000,"type":"result","success":true}"#,
      #"{"id":8,"type":"pong"}"#,
    ])
  mutating func `a message of no interest is ignored`(message: String) throws {
    home.messages["get_states"] = message
    try home.greet(&conversation)
    #expect(home.names.isEmpty)
    #expect(conversation.part == .read(1))
    home.messages = [:]
    try home.say(#"{"id":8,"type":"result","success":true,"result":[]}"#, to: &conversation)
    #expect(home.names.count == 1)
  }

  @Test mutating func `a second answer to a command is ignored`() throws {
    try home.greet(&conversation)
    try home.say(#"{"id":8,"type":"result","success":true,"result":[]}"#, to: &conversation)
    #expect(home.names.count == 1)
  }

  @Test(
    arguments: [
      " ", "{", "]", "null", "[]", "7", "\"text\"", "{}", #"{"type":7}"#, #"{"type":null}"#,
      #"{"id":1,"type":"resu"#,
      #"{"type":"result","success":true,"result":[]}"#, #"{"id":"x","type":"result"}"#,
      #"{"id":1.5,"type":"result"}"#,
      #"{"id":null,"type":"result","success":false}"#, #"{"type":"event"}"#, #"{"type":"auth_invalid"}"#,
      #"{"type":"auth_required"}"#, String(repeating: "[", count: 200_000),
    ], ["greeting", "get_states"])
  mutating func `a message that makes no sense ends the conversation`(message: String, place: String) {
    // The right one at this place.
    guard !(place == "greeting" && message.contains("auth_required")) else { return }
    home.messages[place] = message
    #expect(fault() == .notUnderstood(place == "greeting" ? "its greeting" : "its answer to get_states"))
  }

  @Test mutating func `a message that is not UTF-8 ends the conversation, wherever the byte is`() throws {
    home.messages["get_states"] = ""
    try home.greet(&conversation)
    let answer = #"{"id":8,"type":"result","success":true,"result":[{"entity_id":"light.a","state":"on"}]}"#
    for position in answer.utf8.indices.map({ answer.utf8.distance(from: answer.startIndex, to: $0) }) {
      var bytes = Array(answer.utf8)
      bytes.insert(0xFF, at: position)
      #expect(throws: HomeError.notUnderstood("its answer to get_states")) { try conversation.receive(bytes) }
    }
  }

  @Test(
    arguments: [exposed, displayed, entries, areas, floors, "get_states"],
    ["null", "7", #""light.a""#, "true", #"{"id":8,"id":9"#, "1e999999"])
  mutating func `a result of the wrong form ends the conversation`(command: String, result: String) {
    if command == displayed { home.refusals[exposed] = "unauthorized" }
    home.results[command] = result
    #expect(fault() == .notUnderstood("its answer to \(command)"))
  }

  @Test(
    arguments: [
      (exposed, "[]"), (exposed, "{}"), (exposed, #"{"exposed_entities":["light.a"]}"#),
      (exposed, #"{"exposed_entities":null}"#), (displayed, "{}"),
      (displayed, #"{"entities":{"ei":"light.a"}}"#),
      (entries, "[]"), (areas, "{}"), (floors, "{}"), ("get_states", "{}"),
    ])
  mutating func `a list in the place of an object, or the reverse, ends the conversation`(
    command: String, result: String
  ) {
    if command == displayed { home.refusals[exposed] = "unauthorized" }
    home.results[command] = result
    #expect(fault() == .notUnderstood("its answer to \(command)"))
  }

  @Test mutating func `parts of the wrong form are left out`() throws {
    home.results = [
      exposed:
        #"{"exposed_entities":{"light.a":{"conversation":true},"light.b":7,"light.c":{"conversation":"yes"},"light.d":null,"light.e":[]}}"#,
      areas:
        #"[7,null,[],{},{"name":7,"aliases":["Cocina",7,null]},{"name":"Salón","aliases":7},{"aliases":{}}]"#,
      floors: #"[[[]],{"name":"Attic"},{"name":null,"aliases":[[],"loft"]}]"#,
      "get_states":
        #"[7,null,{},{"entity_id":7,"attributes":{"friendly_name":7}},{"entity_id":"light.a","attributes":7},{"entity_id":"light.a","attributes":{"friendly_name":"\ud83c"}},{"entity_id":"light.a","attributes":{"friendly_name":"Lamp A"}}]"#,
      entries: #"{"light.a":{"aliases":[null,7]},"light.b":{"aliases":["x"]},"light.c":7}"#,
    ]
    try home.greet(&conversation)
    #expect(home.names == [["Cocina", "Salón", "Attic", "loft", "Lamp A"]])
  }

  @Test mutating func `parts of the wrong form in the list for all are left out`() throws {
    home.refusals[exposed] = "unauthorized"
    home.results[displayed] =
      #"{"entities":[7,null,{},{"ei":7},{"ei":"light.a","hb":"no"},{"ei":"light.b","ec":"x"},{"ei":"light.c","en":7}]}"#
    try home.greet(&conversation)
    #expect(home.names == [places + ["Lamp C"]])
  }
}

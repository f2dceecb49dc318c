import JSON
import Testing
import Transducer

@testable import OpenAIProtocol

@Suite struct `A realtime session` {
  private func session(isBeta: Bool = false) -> RealtimeSession {
    RealtimeSession(id: "x", settings: RealtimeSettings(), isBeta: isBeta)
  }

  private func receive(_ message: String, _ session: inout RealtimeSession) -> [RealtimeSession.Action] {
    session.receive(Array(message.utf8)) { _ throws(APIError) in }
  }

  private func type(of action: RealtimeSession.Action?) -> String? {
    if case .send(let event) = action { event.object?["type"]?.string } else { nil }
  }

  @Test func `audio is decoded from base64`() {
    var session = session()
    #expect(
      receive(#"{"type":"input_audio_buffer.append","audio":"AQID"}"#, &session) == [.append([1, 2, 3])])
    #expect(receive(#"{"type":"input_audio_buffer.commit"}"#, &session) == [.commit])
    #expect(receive(#"{"type":"input_audio_buffer.clear"}"#, &session) == [.clear])
  }

  @Test(
    arguments: [
      "", "[]", "{}", #"{"type":"x"}"#, #"{"type":"input_audio_buffer.append"}"#,
      #"{"type":"input_audio_buffer.append","audio":"*"}"#, #"{"type":"session.update"}"#,
      #"{"type":"session.update","session":{"type":"realtime"}}"#,
      #"{"type":"session.update","session":{"audio":{"input":{"format":{"type":"audio/pcmu"}}}}}"#,
      #"{"type":"session.update","session":{"audio":{"input":{"format":{"type":"audio/pcm","rate":1}}}}}"#,
      #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"x"}}}}}"#,
      #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"silence_duration_ms":1}}}}}"#,
      #"{"type":"transcription_session.update","session":{"input_audio_format":"g711_ulaw"}}"#,
    ])
  func `a wrong message is answered with an error, and changes nothing`(message: String) {
    var session = session()
    let actions = receive(message, &session)
    #expect(actions.count == 1)
    #expect(type(of: actions.first) == "error")
    #expect(session.settings == RealtimeSettings())
  }

  @Test func `an error names the client's event`() {
    var session = session()
    guard case .send(let event)? = receive(#"{"type":"x","event_id":"e1"}"#, &session).first else {
      Issue.record("no event")
      return
    }
    #expect(event.object?["error"]?.object?["event_id"] == .string("e1"))
  }

  @Test func `an update changes the settings and is confirmed`() {
    var session = session()
    let actions = receive(
      #"""
      {"type":"session.update","session":{"type":"transcription","audio":{"input":{
        "format":{"type":"audio/pcm","rate":16000},
        "transcription":{"model":"m","language":"es","keywords":["Anna"]},
        "turn_detection":{"type":"semantic_vad","eagerness":"high"}}},
        "include":["item.input_audio_transcription.logprobs"]}}
      """#, &session)
    #expect(actions.first == .configure)
    #expect(type(of: actions.last) == "session.updated")
    let settings = session.settings
    #expect(settings.sampleRate == 16_000)
    #expect((settings.model, settings.language) == ("m", "es"))
    #expect(settings.names.phrases.map(\.text) == ["Anna"])
    #expect(settings.turnDetection == .speech(patience: 0.75))
    #expect(settings.hasLogprobs)
  }

  @Test(
    arguments: [
      ("null", .none), (#"{"type":"server_vad"}"#, .speech(patience: 1)),
      (#"{"type":"server_vad","silence_duration_ms":700}"#, .silence(seconds: 0.7)),
      (#"{"type":"semantic_vad","eagerness":"low"}"#, .speech(patience: 1.75)),
    ] as [(String, RealtimeSettings.TurnDetection)])
  func `the end of speech is found as the client asks`(
    json: String, detection: RealtimeSettings.TurnDetection
  ) {
    var session = session()
    _ = receive(
      #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":\#(json)}}}}"#, &session)
    #expect(session.settings.turnDetection == detection)
  }

  @Test func `the beta's form is taken and answered in kind`() {
    var session = session(isBeta: true)
    #expect(session.created().object?["type"] == .string("transcription_session.created"))
    let actions = receive(
      #"{"type":"transcription_session.update","session":{"input_audio_format":"pcm16","turn_detection":null}}"#,
      &session)
    #expect(type(of: actions.last) == "transcription_session.updated")
    #expect(session.settings.turnDetection == .none)
    #expect(
      session.commit().events.compactMap { $0.object?["type"]?.string } == [
        "input_audio_buffer.committed", "conversation.item.created",
      ])
  }

  @Test func `settings that cannot be used change nothing`() {
    var session = session()
    let actions = session.receive(
      Array(#"{"type":"session.update","session":{"audio":{"input":{"transcription":{"model":"m"}}}}}"#.utf8)
    ) { _ throws(APIError) in throw .unknownModel("m", known: ["a"]) }
    #expect(type(of: actions.first) == "error")
    #expect(session.settings == RealtimeSettings())
  }

  @Test func `an update that is refused does not change the form of the session`() {
    var session = session()
    let actions = receive(
      #"{"type":"transcription_session.update","session":{"input_audio_format":"g711_ulaw"}}"#, &session)
    #expect(type(of: actions.first) == "error")
    #expect(session.commit().events.last?.object?["type"] == .string("conversation.item.added"))
  }

  @Test func `the error for a type with control characters or many marks is a short line`() {
    for type in [#"\u001b[2J\n\u2028"#, "a" + String(repeating: "\u{301}", count: 10_000)] {
      var session = session()
      guard case .send(let event)? = receive(#"{"type":"\#(type)"}"#, &session).first,
        let message = event.object?["error"]?.object?["message"]?.string
      else {
        Issue.record("no event")
        continue
      }
      #expect(message.utf8.count < 1000)
      #expect(!message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
    }
  }

  @Test func `each utterance is an item, which names the one before it`() {
    var session = session()
    let (first, second) = (session.commit(), session.commit())
    #expect((first.item, second.item) == ("item_x_1", "item_x_2"))
    #expect(second.events[0].object?["previous_item_id"] == .string("item_x_1"))
  }

  @Test func `every event has an id of its own`() {
    var session = session()
    let events = [session.created(), session.cleared(), session.delta("a", of: "i")]
    #expect(Set(events.compactMap { $0.object?["event_id"]?.string }).count == 3)
  }

  @Test func `the address of a socket can name the model and the language`() {
    let query = RealtimeQuery("/v1/realtime?intent=transcription&model=a%20b&language=es&x")
    #expect((query.model, query.language) == ("a b", "es"))
    #expect(RealtimeQuery("/v1/realtime").model == nil)
    #expect(RealtimeQuery("/v1/realtime?model=a&transcription_model=b").model == "b")
  }
}

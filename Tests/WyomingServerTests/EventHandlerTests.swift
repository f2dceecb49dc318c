import Devices
import JSON
import Logging
import ModelStore
import NIOCore
import Recognition
import Serving
import SpeechEngine
import Testing
import WyomingProtocol

@testable import WyomingServer

@Suite struct `An event handler` {
  private static let chunk = Event(type: "audio-chunk", payload: ByteBuffer(repeating: 0, count: 320))

  private static func transcribe(_ language: String) -> Event {
    Event(type: "transcribe", data: ["language": .string(language)])
  }

  /// The requests for which the handler looks up a language while it handles the events.
  private func lookups(_ events: [Event]) async throws -> [Session.Request] {
    let maker = ModelCard.Maker(name: "", url: "")
    let model = ServedRecognizer(ModelCard(name: "tiny", description: "", maker: maker, languages: []))
    model.arrived(Recognizer(model: try ModelDirectory.find("builtin"), settings: ComputeSettings()))
    let (writer, sent) = Connection.Writer.makeTestingWriter()
    defer { withExtendedLifetime(sent) { writer.finish() } }
    let connection = Connection(
      service: SpeechService(model: model), limits: ServerLimits(), version: "1",
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var requests: [Session.Request] = []
    var handler = EventHandler(connection: connection, outbound: writer, queue: Connection.Queue()) {
      requests.append($0)
      return SpeechContext(language: $0.language, phrases: $1)
    }
    for event in events { try await handler.handle(event) }
    return requests
  }

  @Test func `audio chunks do not look up the language of their utterance`() async throws {
    let chunks = Array(repeating: Self.chunk, count: 100)
    #expect(
      try await lookups([Self.transcribe("en"), Event(type: "audio-start")] + chunks)
        == [Session.Request(language: "en")])
    #expect(try await lookups(chunks) == [Session.Request()])
  }

  @Test func `a request that changes within an utterance looks up the language again, once`() async throws {
    let chunks = Array(repeating: Self.chunk, count: 10)
    #expect(
      try await lookups([Event(type: "audio-start")] + chunks + [Self.transcribe("es")] + chunks)
        == [Session.Request(), Session.Request(language: "es")])
  }

  @Test func `an utterance that begins and ends with one event has the language that was asked for`()
    async throws
  {
    #expect(
      try await lookups([Self.transcribe("en"), Event(type: "audio-stop")])
        == [Session.Request(language: "en")])
  }
}

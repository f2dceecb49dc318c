internal import NIOCore
internal import WyomingProtocol

/// Speaks to a server as Home Assistant does, in real time, and measures what the person who spoke waits for.
public struct SpeechClient: Sendable {
  private let client: WyomingClient

  /// Home Assistant sends 16 kHz, 16 bits, mono, in pieces of 10 ms.
  private static let format: [String: JSONValue] = [
    "rate": .integer(16_000), "width": .integer(2), "channels": .integer(1),
  ]
  private static let chunk = 160
  private static let chunkDuration = Duration.milliseconds(10)

  /// A server's answer to an utterance.
  public struct Response: Sendable, Equatable {
    public let text: String
    /// From `audio-stop` to the transcript.
    public let seconds: Double
  }

  /// - Parameter seconds: How long connecting may take.
  public init(address: ListenAddress, seconds: Double = 5) {
    client = WyomingClient(address: address, seconds: seconds)
  }

  /// Speaks one utterance on a connection of its own. Each piece is sent when its last sample has been said, and
  /// `audio-stop` right behind the last one.
  ///
  /// - Parameters:
  ///   - samples: 16 kHz, mono, in [-1, 1].
  ///   - language: A BCP 47 tag.
  /// - Throws: ``ClientError`` if the server is not there, or answers with an error.
  public func speak(_ samples: [Float], language: String? = nil) async throws -> Response {
    let chunks = Self.chunks(of: samples)
    let clock = ContinuousClock()
    return try await client.converse { server in
      try await server.send(
        Event(type: "transcribe", data: language.map { ["language": .string($0)] } ?? [:]))
      try await server.send(Event(type: "audio-start", data: Self.format))
      var due = clock.now
      for chunk in chunks {
        due += Self.chunkDuration
        try await clock.sleep(until: due)
        try await server.send(chunk)
      }
      let stop = clock.now
      try await server.send(Event(type: "audio-stop"))
      let answer = try await server.next(of: ["transcript", "error"])
      let seconds = stop.duration(to: clock.now) / .seconds(1)
      let text = answer.data["text"]?.string ?? ""
      guard answer.type == "transcript" else {
        throw ClientError(address: client.address, why: "it answered: \(text)")
      }
      return Response(text: text, seconds: seconds)
    }
  }

  private static func chunks(of samples: [Float]) -> [Event] {
    stride(from: 0, to: samples.count, by: chunk).map { start in
      var payload = ByteBuffer()
      for sample in samples[start..<min(start + chunk, samples.count)] {
        let value = (sample * 32_768).rounded()
        payload.writeInteger(
          value.isFinite ? Int16(max(-32_768, min(32_767, value))) : 0, endianness: .little)
      }
      return Event(type: "audio-chunk", data: format, payload: payload)
    }
  }
}

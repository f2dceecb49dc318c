public import Addresses
internal import JSON
internal import NIOCore
internal import WyomingProtocol

/// A client that speaks to a server in real time, as Home Assistant does, and measures how long a person would wait.
public struct SpeechClient: Sendable {
  private let client: WyomingClient

  /// 16 kHz, 16 bits, mono, in chunks of 10 ms, as Home Assistant sends audio.
  private static let format: [String: JSONValue] = [
    "rate": .integer(16_000), "width": .integer(2), "channels": .integer(1),
  ]
  private static let chunk = 160
  private static let chunkDuration = Duration.milliseconds(10)

  /// A server's answer to an utterance.
  public struct Response: Sendable, Equatable {
    /// The transcript.
    public let text: String
    /// The time from `audio-stop` to the transcript, in seconds.
    public let seconds: Double
  }

  /// Creates a client.
  ///
  /// - Parameter seconds: The longest time to wait for a connection, in seconds.
  public init(address: ListenAddress, seconds: Double = 5) {
    client = WyomingClient(address: address, seconds: seconds)
  }

  /// Sends one utterance on a new connection. Each chunk is sent when its last sample would have been spoken, and
  /// `audio-stop` directly after the last one.
  ///
  /// - Parameters:
  ///   - samples: 16 kHz, mono, in [-1, 1].
  ///   - language: A BCP 47 tag; `nil` for the server's default.
  /// - Throws: ``ClientError`` if the server cannot be reached or answers with an error.
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
        throw ClientError(client.address, .refused(text))
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

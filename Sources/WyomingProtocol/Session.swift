internal import JSON
public import NIOCore

/// The server's side of one connection, without sockets, audio or models: it receives events and returns the actions
/// to take, in order.
///
/// Clients differ: `transcribe` and `audio-start` can be missing or come in either order, and a connection can carry
/// several utterances, one after the other.
public struct Session: Sendable {
  /// An action for the caller to take.
  public enum Action: Sendable, Equatable {
    /// Send the description of the server.
    case describe
    /// Send the status of the server.
    case status
    /// Send this event.
    case send(Event)
    /// Begin a new utterance, and drop one that has not ended.
    case beginUtterance
    /// Use another request for the utterance that has begun.
    case changeRequest(Request)
    /// Add audio to the utterance.
    case append(ByteBuffer, AudioFormat)
    /// End the utterance and answer it with a transcript.
    case finishUtterance(Request)
  }

  /// The client's request for an utterance.
  public struct Request: Sendable, Equatable {
    /// The name in `select-program`, which is valid for the connection.
    public var program: String?
    /// The name in `transcribe`.
    public var model: String?
    /// The language in `transcribe`.
    public var language: String?
    /// Names that the speaker is likely to say, in `transcribe`.
    public var names: [String] = []
    /// Other words that the speaker is likely to say, in `transcribe`.
    public var terms: [String] = []
    /// The speed at which the end of speech is heard, in `transcribe`: "default", "relaxed" or "aggressive".
    public var sensitivity: String?
    /// True if the server ended the utterance because it was too long.
    public var isTruncated = false

    /// Creates a request.
    public init(
      program: String? = nil, model: String? = nil, language: String? = nil, names: [String] = [],
      terms: [String] = [], sensitivity: String? = nil, isTruncated: Bool = false
    ) {
      self.program = program
      self.model = model
      self.language = language
      self.names = names
      self.terms = terms
      self.sensitivity = sensitivity
      self.isTruncated = isTruncated
    }
  }

  /// The format of raw audio in an event, within bounds that keep arithmetic from overflowing.
  public struct AudioFormat: Sendable, Equatable {
    /// The sample rate in hertz.
    public var rate = 16_000
    /// The size of a sample in bytes.
    public var width = 2
    /// The number of channels.
    public var channels = 1

    /// Creates a format.
    public init(rate: Int = 16_000, width: Int = 2, channels: Int = 1) {
      self.rate = rate
      self.width = width
      self.channels = channels
    }

    /// The size of one sample of all channels, in bytes.
    var bytesPerFrame: Int { width * channels }
  }

  private enum Hearing: Sendable {
    case nothing
    /// An utterance, with the duration received so far.
    case utterance(seconds: Double)
    /// The audio after the end of an utterance that the server ended.
    case rest
  }

  private let longestUtterance: Double
  /// The client's request so far, for the current or the next utterance.
  public private(set) var request = Request()
  private var format = AudioFormat()
  private var hearing = Hearing.nothing

  /// Creates the session of a new connection.
  ///
  /// - Parameter longestUtterance: The duration in seconds after which an utterance ends as if by `audio-stop`.
  public init(longestUtterance: Double = .infinity) {
    self.longestUtterance = longestUtterance
  }

  /// True if an utterance has begun and not ended.
  public var isListening: Bool {
    if case .utterance = hearing { true } else { false }
  }

  /// Handles an event and returns the actions to take, in order.
  ///
  /// - Throws: ``ProtocolError`` if a value of the event is invalid, which ends the session.
  public mutating func receive(_ event: Event) throws(ProtocolError) -> [Action] {
    switch event.type {
    case "describe":
      return [.describe]
    case Event.statusType:
      return [.status]
    case "ping":
      return [.send(.pong(event.data["text"]?.string))]
    case "select-program":
      request.program = event.data["name"]?.string
      return []
    case "transcribe":
      request.model = event.data["name"]?.string
      request.language = event.data["language"]?.string
      request.names = texts(event.data["transcript_names"])
      request.terms = texts(event.data["transcript_terms"])
      request.sensitivity = event.data["vad_sensitivity"]?.string
      return isListening ? [.changeRequest(request)] : []
    case "audio-start":
      format = try audioFormat(of: event, fallback: AudioFormat())
      hearing = .utterance(seconds: 0)
      return [.beginUtterance]
    case Event.audioChunkType:
      return hear(event.payload, try audioFormat(of: event, fallback: format))
    case "audio-stop":
      return stop()
    default:
      // Other events belong to other services, or to a later version.
      return []
    }
  }

  /// Ends the utterance before the client does, and returns the actions to take; none if no utterance is open. The
  /// audio that follows is discarded up to `audio-stop` or `audio-start`.
  public mutating func endUtterance() -> [Action] {
    guard isListening else { return [] }
    hearing = .rest
    return [.finishUtterance(takeRequest(isTruncated: false))]
  }

  private mutating func hear(_ audio: ByteBuffer, _ format: AudioFormat) -> [Action] {
    let begin: [Action]
    var seconds: Double
    switch hearing {
    case .rest:
      return []
    case .utterance(let heard):
      (begin, seconds) = ([], heard)
    case .nothing:
      (begin, seconds) = ([.beginUtterance], 0)
    }
    let bytesPerSecond = Double(format.rate * format.bytesPerFrame)
    let room = (longestUtterance - seconds) * bytesPerSecond
    guard Double(audio.readableBytes) >= room else {
      seconds += Double(audio.readableBytes) / bytesPerSecond
      hearing = .utterance(seconds: seconds)
      return begin + [.append(audio, format)]
    }
    let frames = Int(room) / format.bytesPerFrame
    var audio = audio
    let taken =
      audio.readSlice(length: min(audio.readableBytes, frames * format.bytesPerFrame)) ?? ByteBuffer()
    hearing = .rest
    return begin + [.append(taken, format), .finishUtterance(takeRequest(isTruncated: true))]
  }

  private mutating func stop() -> [Action] {
    defer {
      hearing = .nothing
      format = AudioFormat()
    }
    switch hearing {
    case .rest:
      // The utterance has been answered.
      return []
    case .utterance:
      return [.finishUtterance(takeRequest(isTruncated: false))]
    case .nothing:
      // There was no audio, but the client still waits for an answer.
      return [.beginUtterance, .finishUtterance(takeRequest(isTruncated: false))]
    }
  }

  /// Returns the request for this utterance and resets it, except for the program.
  private mutating func takeRequest(isTruncated: Bool) -> Request {
    defer { request = Request(program: request.program) }
    var taken = request
    taken.isTruncated = isTruncated
    return taken
  }

  /// Returns the texts of an array. Other items are left out: a list of names must not cost a transcript.
  private func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }

  /// Returns the event's format, with the fallback's values for missing ones.
  private func audioFormat(
    of event: Event, fallback: AudioFormat
  ) throws(ProtocolError) -> AudioFormat {
    func value(_ key: String, _ fallback: Int, upTo limit: Int) throws(ProtocolError) -> Int {
      guard let value = event.data[key], !value.isNull else { return fallback }
      guard let number = value.integer, (1...limit).contains(number) else {
        let shown = String(decoding: value.encoded.prefix(40), as: UTF8.self)
        throw .value(event: event.type, "\(key) is \(shown), expected 1 to \(limit)")
      }
      return number
    }
    return AudioFormat(
      rate: try value("rate", fallback.rate, upTo: 384_000),
      width: try value("width", fallback.width, upTo: 4),
      channels: try value("channels", fallback.channels, upTo: 64))
  }
}

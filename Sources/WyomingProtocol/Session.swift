public import NIOCore

/// One connection's side of the conversation, without sockets, audio or models: it takes events and returns
/// what is to be done, in order.
///
/// Clients differ: `transcribe` and `audio-start` may be missing, or come in either order, and one connection may
/// carry several utterances, one after the other.
public struct Session: Sendable {
  public enum Action: Sendable, Equatable {
    /// Send what the server can do.
    case describe
    /// Send how the server is.
    case status
    case send(Event)
    /// A new utterance begins; one that has not ended is dropped.
    case beginUtterance
    /// The client asks for something else in the utterance that has begun.
    case changeRequest(Request)
    /// Audio of the utterance.
    case append(ByteBuffer, AudioFormat)
    /// The utterance has ended: answer it with a transcript.
    case finishUtterance(Request)
  }

  /// What the client asked for.
  public struct Request: Sendable, Equatable {
    /// The name in `select-program`, which holds for the connection.
    public var program: String?
    /// The name in `transcribe`.
    public var model: String?
    public var language: String?
    /// Whether the utterance was ended here, because it became too long.
    public var isCut = false

    public init(program: String? = nil, model: String? = nil, language: String? = nil, isCut: Bool = false) {
      self.program = program
      self.model = model
      self.language = language
      self.isCut = isCut
    }
  }

  /// The format of raw audio as an event gives it, within bounds that any arithmetic stands.
  public struct AudioFormat: Sendable, Equatable {
    public var rate = 16_000
    /// Bytes a sample.
    public var width = 2
    public var channels = 1

    public init(rate: Int = 16_000, width: Int = 2, channels: Int = 1) {
      self.rate = rate
      self.width = width
      self.channels = channels
    }

    /// Bytes of one moment, all channels.
    var bytesPerFrame: Int { width * channels }
  }

  private enum Hearing: Sendable {
    case nothing
    /// An utterance of which so many seconds have come.
    case utterance(seconds: Double)
    /// What comes behind the end of an utterance that was cut.
    case rest
  }

  private let longestUtterance: Double
  /// What the client has asked for so far, for the utterance that it sends or for the next one.
  public private(set) var request = Request()
  private var format = AudioFormat()
  private var hearing = Hearing.nothing

  /// - Parameter longestUtterance: Seconds after which an utterance ends as if `audio-stop` had come.
  public init(longestUtterance: Double = .infinity) {
    self.longestUtterance = longestUtterance
  }

  /// Whether an utterance has begun that has not ended.
  public var isListening: Bool {
    if case .utterance = hearing { true } else { false }
  }

  /// - Throws: What cannot be used in the event. The session is over.
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
      // Other events belong to services that are not offered here, or to a later version.
      return []
    }
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
    return begin + [.append(taken, format), .finishUtterance(takeRequest(isCut: true))]
  }

  private mutating func stop() -> [Action] {
    defer {
      hearing = .nothing
      format = AudioFormat()
    }
    switch hearing {
    case .rest:
      // It has been answered.
      return []
    case .utterance:
      return [.finishUtterance(takeRequest(isCut: false))]
    case .nothing:
      // Without any audio there is nothing to begin, but the client still waits for an answer.
      return [.beginUtterance, .finishUtterance(takeRequest(isCut: false))]
    }
  }

  /// What was asked for this utterance; only the program holds for the next one, too.
  private mutating func takeRequest(isCut: Bool) -> Request {
    defer { request = Request(program: request.program) }
    var taken = request
    taken.isCut = isCut
    return taken
  }

  /// The event's own values, those of the fallback where it has none.
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

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
    case send(Event)
    /// A new utterance begins; one that has not ended is dropped.
    case beginUtterance
    /// Audio of the utterance.
    case append(ByteBuffer, AudioFormat)
    /// The utterance has ended: answer it with a transcript.
    case finishUtterance(Request)
  }

  /// What the client asked for with `transcribe`.
  public struct Request: Sendable, Equatable {
    public var model: String?
    public var language: String?

    public init(model: String? = nil, language: String? = nil) {
      self.model = model
      self.language = language
    }
  }

  /// The format of raw audio as an event gives it; not checked yet.
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
  }

  private var request = Request()
  private var format = AudioFormat()
  private var isListening = false

  public init() {}

  /// - Throws: What cannot be used in the event. The session is over.
  public mutating func receive(_ event: Event) throws(ProtocolError) -> [Action] {
    switch event.type {
    case "describe":
      return [.describe]
    case "ping":
      return [.send(.pong(event.data["text"]?.string))]
    case "transcribe":
      request = Request(model: event.data["name"]?.string, language: event.data["language"]?.string)
      return []
    case "audio-start":
      format = try audioFormat(of: event, fallback: AudioFormat())
      isListening = true
      return [.beginUtterance]
    case "audio-chunk":
      let format = try audioFormat(of: event, fallback: format)
      let begin: [Action] = isListening ? [] : [.beginUtterance]
      isListening = true
      return begin + [.append(event.payload, format)]
    case "audio-stop":
      // Without any audio there is nothing to begin, but the client still waits for an answer.
      let begin: [Action] = isListening ? [] : [.beginUtterance]
      defer {
        isListening = false
        request = Request()
        format = AudioFormat()
      }
      return begin + [.finishUtterance(request)]
    default:
      // Other events belong to services that are not offered here, or to a later version.
      return []
    }
  }

  /// The event's own values, those of the fallback where it has none.
  private func audioFormat(
    of event: Event, fallback: AudioFormat
  ) throws(ProtocolError) -> AudioFormat {
    func value(_ key: String, _ fallback: Int) throws(ProtocolError) -> Int {
      guard let value = event.data[key], !value.isNull else { return fallback }
      guard let number = value.integer else {
        throw .value(event: event.type, "\(key) is not a whole number")
      }
      return number
    }
    return AudioFormat(
      rate: try value("rate", fallback.rate), width: try value("width", fallback.width),
      channels: try value("channels", fallback.channels))
  }
}

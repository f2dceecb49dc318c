/// Audio that cannot be used, with the reason.
public struct AudioError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason why audio cannot be used.
  public enum Reason: Sendable, Equatable {
    /// The file cannot be opened; with the system's message.
    case cannotOpen(String)
    /// The path is a directory.
    case isDirectory
    /// The file has no bytes.
    case empty
    /// The format is not recognised; with the decoder's message.
    case unknownFormat(String)
    /// A property is not supported: "65 channels, …", of a recording "has 65 channels, …".
    case unsupported(String)
    /// A recognised format that is not supported: its description, and the command that converts it.
    case foreign(String, conversion: String)
    /// Less audio than the header promises.
    case truncated(promisedSeconds: Double, foundSeconds: Double)
    /// An Ogg stream without its last page, and the command that converts the remaining audio to another file; both
    /// are `nil` if none of it can be decoded.
    case noEndMark(foundSeconds: Double?, conversion: String?)
    /// A sample is NaN.
    case notANumber(atSecond: Double)
    /// A sample is infinite or far outside [-1, 1].
    case outOfRange(Float, atSecond: Double)
    /// The audio cannot be decoded; with the decoder's message.
    case unreadable(String)
  }

  /// The file's path, or "standard input"; `nil` for a format on its own.
  public let source: String?
  /// The reason.
  public let reason: Reason

  /// Creates an error.
  public init(source: String?, reason: Reason) {
    self.source = source
    self.reason = reason
  }

  /// The source, the reason and, if there is one, the command that converts the recording.
  public var description: String { (source.map { "\($0): " } ?? "") + reason.description }
}

extension AudioError.Reason {
  fileprivate var description: String {
    switch self {
    case .cannotOpen(let why): "cannot be opened: \(why)"
    case .isDirectory: "is a directory, expected an audio file"
    case .empty: "is empty, expected an audio file"
    case .unknownFormat(let why):
      "is not a supported audio file (\(why)); supported are WAV, FLAC, Ogg, Opus and MP3"
    case .unsupported(let what): "\(what)"
    case .truncated(let promised, let found):
      "is cut off: its header promises \(seconds(promised)) of audio, found \(seconds(found))"
    case .foreign(let what, let conversion): "\(what); convert it with: \(conversion)"
    case .noEndMark(let found?, let conversion?):
      """
      is cut off: the page that marks the end of the stream is missing, found \(seconds(found)) of audio; \
      convert it with: \(conversion)
      """
    case .noEndMark: "is cut off: the page that marks the end of the stream is missing"
    case .notANumber(let second):
      "the sample at \(seconds(second)) is not a number"
    case .outOfRange(let value, let second):
      "the sample at \(seconds(second)) is \(value), expected values between -1 and 1"
    case .unreadable(let why): "cannot be decoded: \(why)"
    }
  }

  private func seconds(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "\(value) s" }
    let whole = Int(hundredths)
    let fraction = abs(whole % 100)
    return "\(whole / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }
}

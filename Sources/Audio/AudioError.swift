/// Audio that cannot be used, and why.
public struct AudioError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case cannotOpen(String)
    case isDirectory
    case empty
    case unknownFormat(String)
    case unsupported(String)
    /// A format that is known, but not read: what is so about it, and the command that converts it.
    case foreign(String, conversion: String)
    case truncated(promisedSeconds: Double, foundSeconds: Double)
    /// An Ogg stream without its last page, and the command that makes another file of what is there; both are
    /// `nil` if nothing of it can be decoded.
    case noEndMark(foundSeconds: Double?, conversion: String?)
    case notANumber(atSecond: Double)
    case outOfRange(Float, atSecond: Double)
    case unreadable(String)
  }

  /// The file, or "standard input".
  public let source: String
  public let reason: Reason

  public init(source: String, reason: Reason) {
    self.source = source
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .cannotOpen(let why): "\(source): cannot open it: \(why)"
    case .isDirectory: "\(source): is a directory, expected an audio file"
    case .empty: "\(source): is empty, expected an audio file"
    case .unknownFormat(let why):
      "\(source): not an audio file that can be read (\(why)); WAV, FLAC, Ogg, Opus and MP3 work"
    case .unsupported(let what): "\(source): \(what)"
    case .truncated(let promised, let found):
      "\(source): is cut off: its header promises \(seconds(promised)) of audio, there are \(seconds(found))"
    case .foreign(let what, let conversion): "\(source): \(what); this converts it: \(conversion)"
    case .noEndMark(let found?, let conversion?):
      """
      \(source): is cut off: the page that marks the stream's end is missing, there are \(seconds(found)) of audio; \
      this makes another file of them: \(conversion)
      """
    case .noEndMark: "\(source): is cut off: the page that marks the stream's end is missing"
    case .notANumber(let second):
      "\(source): the sample at \(seconds(second)) is not a number"
    case .outOfRange(let value, let second):
      "\(source): the sample at \(seconds(second)) is \(value), expected values between -1 and 1"
    case .unreadable(let why): "\(source): cannot be decoded: \(why)"
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

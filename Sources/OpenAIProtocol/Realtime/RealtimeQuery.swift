/// The parameters in the address of a realtime socket.
public struct RealtimeQuery: Sendable, Equatable {
  /// The name of the model.
  public var model: String?
  /// The spoken language.
  public var language: String?

  /// Reads `/v1/realtime?intent=transcription&model=…&language=…`. What is not known is ignored.
  public init(_ address: String) {
    for item in address.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, let value = String(pair[1]).withoutPercentEncoding else { continue }
      switch pair[0] {
      // Both are sent: the first is the model of a conversation, which transcribes with the second.
      case "model": model = model ?? value
      case "transcription_model": model = value
      case "language": language = value
      default: break
      }
    }
  }
}

extension String {
  fileprivate var withoutPercentEncoding: String? {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == 2 else { return nil }
      bytes.append(UInt8(digits[0] * 16 + digits[1]))
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

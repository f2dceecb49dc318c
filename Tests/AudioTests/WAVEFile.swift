/// The bytes of valid and invalid WAV files.
struct WAVEFile {
  /// The format tag: 1 for integers, 3 for floating point.
  var formatTag = 1
  var channels = 1
  var rate = 16_000
  var bits = 16
  /// The total length in the header, if not the true one.
  var riffLength: Int?
  /// The audio's length in the header, if not the true one.
  var promised: Int?
  /// Chunks between the format and the audio.
  var extras: [(name: String, content: [UInt8])] = []
  /// Chunks after the audio.
  var trailers: [(name: String, content: [UInt8])] = []
  var audio: [UInt8] = []

  var bytes: [UInt8] {
    let frame = channels * bits / 8
    let format = [
      Self.number(formatTag, 2), Self.number(channels, 2), Self.number(rate, 4), Self.number(rate * frame, 4),
      Self.number(frame, 2), Self.number(bits, 2),
    ].flatMap { $0 }
    let chunks =
      Self.chunk("fmt ", format) + extras.flatMap { Self.chunk($0.name, $0.content) }
      + Array("data".utf8) + Self.number(promised ?? audio.count, 4) + audio
      + trailers.flatMap { Self.chunk($0.name, $0.content) }
    return Array("RIFF".utf8) + Self.number(riffLength ?? 4 + chunks.count, 4) + Array("WAVE".utf8) + chunks
  }

  /// A chunk, padded to an even length.
  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    Array(name.utf8) + number(content.count, 4) + content + (content.count.isMultiple(of: 2) ? [] : [0])
  }

  static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

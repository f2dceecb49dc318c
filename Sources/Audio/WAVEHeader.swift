/// What the header of a WAV file promises. libsndfile takes what there is without a word, so a recording that
/// was cut off would be transcribed as if it were whole.
struct WAVEHeader: Equatable {
  /// Bytes of audio that the header promises; `nil` if it was written before the length was known (a pipe).
  let promisedBytes: Int?
  /// Bytes of audio that are there.
  let foundBytes: Int
  let bytesPerSecond: Int
  /// Where the audio's length stands if it is 0 because it was not known. libsndfile takes that at its word.
  let zeroLengthOffset: Int?

  /// - Parameters:
  ///   - size: Bytes of the whole file.
  ///   - read: Reads bytes at an offset; fewer at the end of the file.
  /// - Returns: `nil` if the file is no RIFF/WAVE file or has no audio chunk where one can be found.
  init?(size: Int, read: (_ offset: Int, _ count: Int) -> [UInt8]) {
    let start = read(0, 12)
    guard start.count == 12, start[0..<4].elementsEqual("RIFF".utf8), start[8..<12].elementsEqual("WAVE".utf8)
    else { return nil }
    var bytesPerSecond = 0
    var offset = 12
    // A header has a handful of chunks; the bound keeps a garbled one from being walked for long.
    for _ in 0..<64 {
      let chunk = read(offset, 8)
      guard chunk.count == 8 else { return nil }
      let length = Self.number(chunk[4..<8])
      if chunk[0..<4].elementsEqual("fmt ".utf8) {
        let format = read(offset + 8, 16)
        guard format.count == 16 else { return nil }
        bytesPerSecond = Self.number(format[8..<12])
      }
      if chunk[0..<4].elementsEqual("data".utf8) {
        // ffmpeg writes 2³²-1 into a pipe, sox a little less than 2³¹, others 0; a file that has no audio in
        // truth knows at least its own length.
        let isUnknown = length == 0 && Self.number(start[4..<8]) != size - 8
        zeroLengthOffset = isUnknown ? offset + 4 : nil
        promisedBytes = isUnknown || length >= 0x7FFF_0000 ? nil : length
        foundBytes = max(0, size - offset - 8)
        self.bytesPerSecond = bytesPerSecond
        return
      }
      offset += 8 + length + length % 2
    }
    return nil
  }

  /// Whether audio is missing at the end.
  var isCutOff: Bool {
    guard let promisedBytes else { return false }
    return foundBytes < promisedBytes
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

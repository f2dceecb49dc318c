/// What a recording's header says of the audio behind it, held against the bytes that are there, and how a
/// decoder has to be shown the file so that it reads all of it.
struct Container: Equatable {
  /// What is said of the length.
  var promise: Promise
  /// What of the file a decoder sees, a recording each where several were put one behind the other.
  var parts: [[Range<Int>]]
  /// Header fields that a decoder would take at their word.
  var patches: [Patch] = []
  /// Whether this is an MPEG stream, layer 1 to 3.
  var isMPEG = false

  /// All of a source as it is.
  init(_ promise: Promise, in bytes: some ByteSource) {
    self.promise = promise
    parts = [[0..<bytes.size]]
  }

  /// Containers whose header is read here; `nil` for all others.
  ///
  /// The work is bounded for garbled headers: by a number of chunks, and for Ogg by the number of its pages.
  static func find(in bytes: some ByteSource) -> Container? {
    riff(bytes) ?? wave64(bytes) ?? iff(bytes) ?? coreAudio(bytes) ?? sunAudio(bytes) ?? sphere(bytes)
      ?? creativeVoice(bytes) ?? ogg(bytes)
  }
}

/// What a header promises of a recording's length.
enum Promise: Equatable {
  /// Nothing: it was written before the length was known, into a pipe or by a recorder that was killed.
  case unknown
  /// So many bytes of audio, and how many are there. The bytes of a second are `nil` if the header does not tell.
  case bytes(promised: Int, found: Int, perSecond: Double?)
  /// At least so much audio.
  case seconds(Double)
  /// The number of frames that the decoder reads in the header.
  case frames
  /// A mark at the end, and whether it is there.
  case endMark(isThere: Bool)

  /// Whether the header alone shows that audio is missing.
  var isCutOff: Bool {
    switch self {
    case .bytes(let promised, let found, _): found < promised
    case .endMark(let isThere): !isThere
    case .unknown, .seconds, .frames: false
    }
  }
}

/// Numbers that programs write for a length that they do not know.
enum Placeholder {
  /// Whether a length of four bytes is one: a little around 2³¹ (sox, arecord) or below 2³² (ffmpeg), or sox's
  /// 0x7F000000 in AIFF.
  static func isLength32(_ length: Int) -> Bool {
    (0x7F00_0000...0x7F00_FFFF).contains(length) || (0x7FFF_0000...0x8000_FFFF).contains(length)
      || length >= 0xFFFF_0000
  }

  /// Whether a length of eight bytes is one: longer than any disk.
  static func isLength64(_ length: Int) -> Bool {
    length >= 1 << 60
  }
}

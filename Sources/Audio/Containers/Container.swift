/// A recording's header compared with the bytes that follow it, and the view of the file with which a decoder reads
/// all of it.
struct Container: Equatable {
  /// The header's statement of the length.
  var promise: Promise
  /// The ranges of the file that a decoder reads, one list for each of several concatenated recordings.
  var parts: [[Range<Int>]]
  /// Replacements of header fields that a decoder would trust.
  var patches: [Patch] = []
  /// True for an MPEG stream, layer 1 to 3.
  var isMPEG = false

  /// Creates a container whose decoder reads all of a source.
  init(_ promise: Promise, in bytes: some ByteSource) {
    self.promise = promise
    parts = [[0..<bytes.size]]
  }

  /// Detects the containers whose header is parsed here; `nil` for all others.
  ///
  /// The work on garbled headers is bounded by a number of chunks, and for Ogg by the number of pages.
  static func find(in bytes: some ByteSource) -> Container? {
    riff(bytes) ?? wave64(bytes) ?? iff(bytes) ?? coreAudio(bytes) ?? sunAudio(bytes) ?? sphere(bytes)
      ?? creativeVoice(bytes) ?? ogg(bytes)
  }
}

/// A header's statement of a recording's length.
enum Promise: Equatable {
  /// No length: the header was written before it was known, to a pipe or by a recorder that was killed.
  case unknown
  /// A number of bytes, and the number found. The bytes per second are `nil` if the header does not state them.
  case bytes(promised: Int, found: Int, perSecond: Double?)
  /// A minimum duration, in seconds.
  case seconds(Double)
  /// A number of frames, which the decoder reads from the header.
  case frames
  /// An end mark, and whether it is present.
  case endMark(isThere: Bool)

  /// True if the header alone shows that audio is missing.
  var isCutOff: Bool {
    switch self {
    case .bytes(let promised, let found, _): found < promised
    case .endMark(let isThere): !isThere
    case .unknown, .seconds, .frames: false
    }
  }
}

/// Values that programs write for an unknown length.
enum Placeholder {
  /// Returns true for a placeholder of four bytes: near 2³¹ (sox, arecord), just below 2³² (ffmpeg), or sox's
  /// 0x7F000000 in AIFF.
  static func isLength32(_ length: Int) -> Bool {
    (0x7F00_0000...0x7F00_FFFF).contains(length) || (0x7FFF_0000...0x8000_FFFF).contains(length)
      || length >= 0xFFFF_0000
  }

  /// Returns true for a placeholder of eight bytes: longer than any disk.
  static func isLength64(_ length: Int) -> Bool {
    length >= 1 << 60
  }
}

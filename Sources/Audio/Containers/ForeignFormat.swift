/// Unsupported formats that are recognised by their first bytes.
enum ForeignFormat {
  /// Returns the name of the recording's format; `nil` if it is not recognised.
  static func name(of bytes: some ByteSource) -> String? {
    if bytes.has("ftyp", at: 4) { return mpeg4Name(bytes) }
    switch bytes.number(at: 0, count: 4, .bigEndian) {
    case 0x1A45_DFA3: return matroskaName(bytes)
    case 0x3026_B275: return "WMA"
    case 0x0000_01BA, 0x0000_01B3: return "MPEG video"
    default: break
    }
    if let sync = bytes.number(at: 0, count: 2, .bigEndian), sync & 0xFFF6 == 0xFFF0 { return "AAC" }
    if bytes.has("AVI ", at: 8) { return "AVI" }
    if bytes.has("OggS", at: 0) { return oggName(bytes) }
    return marks.first { bytes.has($0.mark, at: $0.offset) }?.name
  }

  private static let marks: [(mark: StaticString, offset: Int, name: String)] = [
    ("ADIF", 0, "AAC"), ("#!AMR", 0, "AMR"), ("moov", 4, "QuickTime"), ("mdat", 4, "QuickTime"),
    ("wvpk", 0, "WavPack"), ("MAC ", 0, "Monkey's Audio"), ("TTA1", 0, "True Audio"),
    ("FLV", 0, "Flash video"),
    (".RMF", 0, "RealMedia"), (".ra", 0, "RealAudio"), ("DSD ", 0, "DSD"), ("FRM8", 0, "DSD"),
    ("MPCK", 0, "Musepack"),
    ("MP+", 0, "Musepack"), ("#!SILK", 0, "SILK"), ("\u{02}#!SILK", 0, "SILK"),
    (".SoX", 0, "sox's own format"),
    ("XoS.", 0, "sox's own format"), ("ajkg", 0, "Shorten"),
  ]

  private static func mpeg4Name(_ bytes: some ByteSource) -> String {
    if bytes.has("M4A", at: 8) || bytes.has("M4B", at: 8) { return "M4A" }
    if bytes.has("3g", at: 8) { return "3GP" }
    return bytes.has("qt", at: 8) ? "QuickTime" : "MP4"
  }

  private static func matroskaName(_ bytes: some ByteSource) -> String {
    let head = bytes.bytes(at: 0, count: 64)
    let webm = Array("webm".utf8)
    return head.indices.contains { head[$0...].starts(with: webm) } ? "WebM" : "Matroska"
  }

  private static func oggName(_ bytes: some ByteSource) -> String? {
    let start = OggPage(at: 0, in: bytes)?.bodyOffset ?? 0
    return bytes.has("Speex   ", at: start) ? "Speex in Ogg" : nil
  }

  /// Returns the command that converts a recording to WAV.
  ///
  /// - Parameter path: A file, or "-" for standard input.
  static func conversion(of path: String) -> String {
    guard path != "-" else { return "ffmpeg -i - -f wav - | lorikeet transcribe -" }
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let stem = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? name[..<$0] : nil } ?? name
    let folder = path.dropLast(name.count)
    let target = name.hasSuffix(".wav") ? path + ".wav" : folder + stem + ".wav"
    return "ffmpeg -i \(argument(path)) \(argument(target))"
  }

  /// Returns a path quoted for ffmpeg and a shell: ffmpeg reads the part before a colon as a protocol, and a leading
  /// hyphen as an option.
  private static func argument(_ path: String) -> String {
    let isPlain = path.hasPrefix("/") || !(path.hasPrefix("-") || path.contains(":"))
    let name = isPlain ? path : "file:" + path
    let harmless = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF: true
      default: "/._-+:,@%".utf8.contains(byte)
      }
    }
    return harmless
      ? name
      : "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}

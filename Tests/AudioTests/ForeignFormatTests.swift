import FoundationEssentials
import Support
import Testing

@testable import Audio

@Suite struct `Unsupported formats` {
  private static let formats: [(name: String, start: [UInt8])] = [
    ("M4A", [0, 0, 0, 32] + Array("ftypM4A ".utf8)), ("MP4", [0, 0, 0, 32] + Array("ftypisom".utf8)),
    ("3GP", [0, 0, 0, 32] + Array("ftyp3gp4".utf8)), ("QuickTime", [0, 0, 0, 20] + Array("ftypqt  ".utf8)),
    ("WebM", [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8)),
    ("Matroska", [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88] + Array("matroska".utf8)),
    ("AAC", [0xFF, 0xF1, 0x60, 0x40, 0x02, 0x1F, 0xFC, 0xDE]), ("AAC", [0xFF, 0xF9, 0x60, 0x40]),
    ("AMR", Array("#!AMR\n".utf8)), ("WMA", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    ("WavPack", Array("wvpk".utf8)), ("AVI", Array("RIFF\0\0\0\0AVI LIST".utf8)),
  ]

  @Test(arguments: formats)
  func `an unsupported format is an error with the command that converts it`(
    name: String, start: [UInt8]
  ) async throws {
    let bytes = start + [UInt8](repeating: 0, count: 400)
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "note.rec").path
      try Data(bytes).write(to: URL(filePath: path))
      let error = try #require(throws: AudioError.self) { try read(path: path) }
      let target = directory.appending(path: "note.wav").path
      #expect(
        error.description
          == "\(path): is \(name), which is not supported; convert it with: ffmpeg -i \(path) \(target)")
    }
  }

  @Test func `the error for Speex in Ogg names Speex and lists no supported formats`() async throws {
    let bytes = Array(try Data(contentsOf: Fixtures.directory.appending(path: "containers/speex.ogg")))
    let error = try await #require(throws: AudioError.self) { try await read(bytes) }
    #expect(
      error.description.contains(": is Speex in Ogg, which is not supported; convert it with: ffmpeg -i "))
  }

  @Test(
    arguments: [
      ("a.m4a", "ffmpeg -i a.m4a a.wav"),
      ("-", "ffmpeg -i - -f wav - | lorikeet transcribe -"),
      ("notes/a", "ffmpeg -i notes/a notes/a.wav"),
      ("my note's.webm", #"ffmpeg -i 'my note'\''s.webm' 'my note'\''s.wav'"#),
      ("-a.aac", "ffmpeg -i file:-a.aac file:-a.wav"),
      ("12:30.amr", "ffmpeg -i file:12:30.amr file:12:30.wav"),
      ("a.wav", "ffmpeg -i a.wav a.wav.wav"),
      (".hidden", "ffmpeg -i .hidden .hidden.wav"),
      ("über.m4a", "ffmpeg -i über.m4a über.wav"),
      ("a$b.m4a", "ffmpeg -i 'a$b.m4a' 'a$b.wav'"),
      ("/a:b.m4a", "ffmpeg -i /a:b.m4a /a:b.wav"),
    ])
  func `a conversion command quotes its file for a shell and ffmpeg`(path: String, command: String) {
    #expect(ForeignFormat.conversion(of: path) == command)
  }
}

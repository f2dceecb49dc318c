import Devices
import FoundationEssentials
import Testing

@testable import Recognition
@testable import Transducer
@testable import lorikeet

/// A transcript of two words.
private func transcript() throws -> Transcript {
  let vocabulary = try Vocabulary(parsing: "▁Open 0\n▁it 1\n. 2\n<blk> 3\n")
  let spoken = SpokenText(
    [
      Emission(token: 0, frame: 3, duration: 4, confidence: 0.987_68),
      Emission(token: 1, frame: 7, duration: 2, confidence: 0.5),
      Emission(token: 2, frame: 9, duration: 1, confidence: 1),
    ], vocabulary: vocabulary, frameSeconds: 0.08)
  return Transcript(
    segments: [spoken], language: "en", audioSeconds: 2.108_75,
    timings: Transcript.Timings(
      features: 0.001_234_56, encoder: 0.25, decoder: 0.5, total: 0.751, decoderSteps: 9),
    device: "CPU", bucket: 5, precision: .f32, model: "builtin")
}

@Suite struct `A transcript's format` {
  @Test func `a transcript as text is its words only`() throws {
    #expect(TranscriptFormat.text.render(try transcript(), of: "a.wav") == "Open it.")
  }

  @Test func `a transcript can be written as SubRip`() throws {
    let text = "1\n00:00:00,240 --> 00:00:01,240\nOpen it.\n"
    #expect(TranscriptFormat.srt.render(try transcript(), of: "a.wav") == text)
  }

  @Test func `a transcript can be written as WebVTT`() throws {
    let text = "WEBVTT\n\n00:00:00.240 --> 00:00:01.240\nOpen it.\n"
    #expect(TranscriptFormat.vtt.render(try transcript(), of: "a.wav") == text)
  }

  @Test func `a transcript as JSON is one line with all keys in order`() throws {
    let line = """
      {"audio_seconds":2.109,"bucket":5,"detour":null,"device":"CPU","file":"a.wav","from_cache":false,"language":"en","language_detected":false,"model":"builtin",\
      "precision":"f32","text":"Open it.","timings":{"decoder":0.5,"decoder_steps":9,"encoder":0.25,\
      "features":0.001235,"total":0.751},"tokens":[{"confidence":0.9877,"end":0.56,"id":0,"start":0.24,\
      "text":" Open"},{"confidence":0.5,"end":0.72,"id":1,"start":0.56,"text":" it"},{"confidence":1,"end":0.72,\
      "id":2,"start":0.72,"text":"."}],"words":[{"confidence":0.9877,"end":0.56,"start":0.24,"text":"Open"},\
      {"confidence":0.5,"end":0.72,"start":0.56,"text":"it."}]}
      """
    #expect(TranscriptFormat.json.render(try transcript(), of: "a.wav") == line)
  }

  @Test func `the transcript formats have the names of the command line`() {
    #expect(TranscriptFormat.allCases.map(\.rawValue) == ["text", "json", "srt", "vtt"])
    #expect(TranscriptFormat.allCases.filter(\.isSubtitles) == [.srt, .vtt])
  }

  @Test(arguments: TranscriptFormat.allCases)
  func `an empty transcript is valid in every format`(format: TranscriptFormat) throws {
    let nothing = Transcript(
      segments: [], audioSeconds: 0, timings: Transcript.Timings(), precision: .bf16, model: "x")
    let text = format.render(nothing, of: "-")
    switch format {
    case .text, .srt: #expect(text == "")
    case .vtt: #expect(text == "WEBVTT\n")
    case .json:
      // Unknown values are null, not absent.
      #expect(
        text == """
          {"audio_seconds":0,"bucket":null,"detour":null,"device":null,"file":"-","from_cache":false,"language":null,"language_detected":false,"model":"x","precision":"bf16",\
          "text":"","timings":{"decoder":0,"decoder_steps":0,"encoder":0,"features":0,"total":0},"tokens":[],\
          "words":[]}
          """)
    }
  }
}

@Suite struct `A transcript as JSON` {
  private struct Read: Decodable {
    let file, text: String
  }

  @Test(arguments: ["a \"b\".wav", "größe/🦜.wav", "a\\b", "a\nb\tc", "a\u{1}b", "\u{2028}", "/slash/"])
  func `a transcript as JSON keeps any file name and is one line`(name: String) throws {
    let line = TranscriptJSON(try transcript(), file: name).line
    #expect(!line.contains { $0.isNewline && $0 != "\u{2028}" })
    let read = try JSONDecoder().decode(Read.self, from: Data(line.utf8))
    #expect(read.file == name)
    #expect(read.text == "Open it.")
  }

  @Test func `slashes in a transcript's JSON are not escaped`() throws {
    #expect(TranscriptJSON(try transcript(), file: "/a/b").line.contains(#""file":"/a/b""#))
  }

  @Test func `numbers in a transcript's JSON are rounded to their precision`() throws {
    var transcript = try transcript()
    transcript.audioSeconds = 1.0 / 3
    transcript.timings.total = 1.0 / 3
    let line = TranscriptJSON(transcript, file: "a").line
    #expect(line.contains(#""audio_seconds":0.333,"#))
    #expect(line.contains(#""total":0.333333}"#))
  }

  @Test(arguments: [Float.nan, .infinity])
  func `a transcript with an infinite number or NaN is still written as JSON`(confidence: Float) throws {
    var transcript = try transcript()
    transcript.segments[0].words = [SpokenText.Word(text: "Open", start: 0, end: 1, confidence: confidence)]
    #expect(TranscriptJSON(transcript, file: "a").line.contains(#""text":"Open it.""#))
  }
}

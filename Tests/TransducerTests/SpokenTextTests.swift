import Testing
import Transducer

@Suite struct `Tokens made text` {
  /// Says the pieces, each at a frame of its own and one frame long.
  private func speak(_ pieces: [String], limit: Double = .infinity) throws -> SpokenText {
    let lines = pieces.enumerated().map { "\($1.replacing(" ", with: "▁")) \($0)" }
    let vocabulary = try Vocabulary(parsing: (lines + ["<blk> \(pieces.count)"]).joined(separator: "\n"))
    let emissions = pieces.indices.map {
      Emission(token: Int32($0), frame: 2 * $0, duration: 1, confidence: 0.9)
    }
    return SpokenText(emissions, vocabulary: vocabulary, frameSeconds: 0.08, limit: limit)
  }

  @Test(
    arguments: [
      ([" Tur", "n", " on", " the", " light", "."], "Turn on the light."),
      ([" Hola", ".", " ¿", "Qué", " tal", "?"], "Hola. ¿Qué tal?"),
      ([" Sí", ",", " ¡", "claro", "!"], "Sí, ¡claro!"),
      ([" It", " costs", " $", "5", " (", "five", " dollars", ")"], "It costs $5 (five dollars)"),
      ([" Il", " dit", " «", "non", " »", "."], "Il dit «non»."),
      ([" Set", " to", " 5", " 0", " %", " ."], "Set to 5 0%."),
      ([" Wait", " …", " what", " ?", " !"], "Wait… what?!"),
      ([" don", "'", "t"], "don't"),
      ([" ", "Open", " ", " it"], "Open it"),
      ([" e", "\u{301}", "l"], "e\u{301}l"),
      (["."], "."),
      ([" "], ""),
      ([], ""),
    ])
  func `spaces are where they belong`(pieces: [String], text: String) throws {
    #expect(try speak(pieces).text == text)
  }

  @Test func `words hold their pieces and the punctuation at them`() throws {
    let spoken = try speak([" Tur", "n", " on", ".", " ¿", "Qué", "?"])
    #expect(spoken.words.map(\.text) == ["Turn", "on.", "¿Qué?"])
    #expect(spoken.words.map(\.text).joined(separator: " ") == spoken.text)
  }

  @Test func `a word lasts from its first piece to the end of its last`() throws {
    let word = try #require(try speak([" Tur", "n"]).words.first)
    #expect(word.start == 0)
    #expect(abs(word.end - 0.24) < 1e-9)
  }

  @Test func `punctuation has no time of its own`() throws {
    let spoken = try speak([" on", "."])
    #expect(spoken.tokens[1].start == spoken.tokens[0].end)
    #expect(spoken.tokens[1].end == spoken.tokens[0].end)
    #expect(spoken.words[0].end == spoken.tokens[0].end)
  }

  @Test func `an apostrophe is part of its word and has time`() throws {
    #expect(try speak([" don", "'", "t"]).tokens[1].start == 0.16)
  }

  @Test func `no time lies behind the end of the audio`() throws {
    let spoken = try speak([" a", " b", " c"], limit: 0.2)
    #expect(spoken.tokens.allSatisfy { $0.start <= 0.2 && $0.end <= 0.2 })
  }

  @Test func `marks for the model are no text`() throws {
    let spoken = try speak(["<unk>", " yes", "</s>", "<|en|>"])
    #expect(spoken.text == "yes")
    #expect(spoken.tokens.count == 4)
  }

  @Test func `a less-than sign is text`() throws {
    #expect(try speak([" a", " <", " b"]).text == "a < b")
  }

  @Test func `a word is as sure as its least sure token`() throws {
    let vocabulary = try Vocabulary(parsing: "▁a 0\nb 1\n<blk> 2")
    let spoken = SpokenText(
      [
        Emission(token: 0, frame: 0, duration: 1, confidence: 0.9),
        Emission(token: 1, frame: 1, duration: 1, confidence: 0.4),
      ], vocabulary: vocabulary, frameSeconds: 0.08)
    #expect(spoken.words.map(\.confidence) == [0.4])
  }
}

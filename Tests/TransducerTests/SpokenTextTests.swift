import Support
import Testing
import Transducer

@Suite struct `Text of tokens` {
  /// Makes a text of the pieces, each at a separate frame and one frame long.
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
  func `pieces become text with spaces between words and none before closing marks`(
    pieces: [String], text: String
  ) throws {
    #expect(try speak(pieces).text == text)
  }

  @Test func `words contain their pieces and adjacent punctuation`() throws {
    let spoken = try speak([" Tur", "n", " on", ".", " ¿", "Qué", "?"])
    #expect(spoken.words.map(\.text) == ["Turn", "on.", "¿Qué?"])
    #expect(spoken.words.map(\.text).joined(separator: " ") == spoken.text)
  }

  @Test func `a word lasts from the start of its first piece to the end of its last`() throws {
    let word = try #require(try speak([" Tur", "n"]).words.first)
    #expect(word.start == 0)
    #expect(abs(word.end - 0.24) < 1e-9)
  }

  @Test func `punctuation has no duration and is at the end of its word`() throws {
    let spoken = try speak([" on", "."])
    #expect(spoken.tokens[1].start == spoken.tokens[0].end)
    #expect(spoken.tokens[1].end == spoken.tokens[0].end)
    #expect(spoken.words[0].end == spoken.tokens[0].end)
  }

  @Test func `an opening mark belongs to the following word and has its time`() throws {
    let spoken = try speak([" Sí", ",", " ¿", "Qué", "?", " (", "\"", "no"])
    #expect(spoken.words.map(\.text) == ["Sí,", "¿Qué?", "(\"no"])
    #expect(spoken.words.map(\.start) == [0, 0.48, 1.12])
    #expect(spoken.tokens[2].start == spoken.tokens[3].start)
    #expect(spoken.tokens[2].end == spoken.tokens[2].start)
  }

  /// A frame is a second here.
  private func words(_ said: [(piece: String, frame: Int, duration: Int)], limit: Double = .infinity) throws
    -> [[Double]]
  {
    let lines = said.enumerated().map { "\($1.piece.replacing(" ", with: "▁")) \($0)" }
    let vocabulary = try Vocabulary(parsing: (lines + ["<blk> \(said.count)"]).joined(separator: "\n"))
    let emissions = said.enumerated().map {
      Emission(token: Int32($0), frame: $1.frame, duration: $1.duration, confidence: 1)
    }
    return SpokenText(emissions, vocabulary: vocabulary, frameSeconds: 1, limit: limit).words.map {
      [$0.start, $0.end]
    }
  }

  @Test func `a word ends after its duration, or at the next onset if that is earlier`() throws {
    #expect(try words([(" a", 0, 2), (" b", 5, 4), (" c", 7, 1)]) == [[0, 2], [5, 7], [7, 8]])
  }

  @Test func `a word of duration 0 lasts one frame`() throws {
    #expect(try words([(" a", 0, 0), (" b", 5, 0)]) == [[0, 1], [5, 6]])
    #expect(try words([(" a", 3, 0), (".", 3, 0), (" b", 3, 2)]) == [[3, 3], [3, 5]])
    #expect(try words([(" a", 3, 0)], limit: 3.5) == [[3, 3.5]])
  }

  @Test func `punctuation does not end its word early`() throws {
    #expect(try words([(" a", 0, 4), (".", 1, 4), (" b", 6, 1)]) == [[0, 4], [6, 7]])
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `word times never overlap and never decrease`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var frame = 0
    let said = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      frame += Int.random(in: 0...3, using: &random)
      let piece =
        [" a", "b", ".", ",", " ¿", " (", "?", " .", "'s", " -", "»"].randomElement(using: &random) ?? ""
      return (piece, frame, Int.random(in: 0...4, using: &random))
    }
    let limit = Double(Int.random(in: 1...(frame + 5), using: &random))
    // Pieces can repeat: each has a separate id.
    let times = try words(said, limit: limit)
    let all = times.flatMap { $0 }
    #expect(all == all.sorted())
    #expect((all.last ?? 0) <= limit && (all.first ?? 0) >= 0)
  }

  @Test func `an apostrophe is part of its word and has a duration`() throws {
    #expect(try speak([" don", "'", "t"]).tokens[1].start == 0.16)
  }

  @Test func `no token time is later than the end of the audio`() throws {
    let spoken = try speak([" a", " b", " c"], limit: 0.2)
    #expect(spoken.tokens.allSatisfy { $0.start <= 0.2 && $0.end <= 0.2 })
  }

  @Test func `special tokens are not part of the text`() throws {
    let spoken = try speak(["<unk>", " yes", "</s>", "<|en|>"])
    #expect(spoken.text == "yes")
    #expect(spoken.tokens.count == 4)
  }

  @Test func `a less-than sign is text and not a special token`() throws {
    #expect(try speak([" a", " <", " b"]).text == "a < b")
  }

  @Test func `a word has the confidence of its least certain token`() throws {
    let vocabulary = try Vocabulary(parsing: "▁a 0\nb 1\n<blk> 2")
    let spoken = SpokenText(
      [
        Emission(token: 0, frame: 0, duration: 1, confidence: 0.9),
        Emission(token: 1, frame: 1, duration: 1, confidence: 0.4),
      ], vocabulary: vocabulary, frameSeconds: 0.08)
    #expect(spoken.words.map(\.confidence) == [0.4])
  }
}

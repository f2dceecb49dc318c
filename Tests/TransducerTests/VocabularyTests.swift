import Testing
import Transducer

@Suite struct `Vocabularies` {
  @Test func `vocabulary pieces are found by id, with a space for U+2581`() throws {
    let vocabulary = try Vocabulary(parsing: "▁the 0\n. 1\n<blk> 2\n")
    #expect(vocabulary.pieces == [" the", ".", "<blk>"])
    #expect(vocabulary.blank == 2)
  }

  @Test func `a vocabulary piece can be a space, contain spaces or be a lone combining mark`() throws {
    let vocabulary = try Vocabulary(parsing: "  0\na b 1\n\u{301} 2\n<blk> 3")
    #expect(vocabulary.pieces == [" ", "a b", "\u{301}", "<blk>"])
  }

  @Test func `vocabulary lines can have any order and CRLF endings`() throws {
    #expect(try Vocabulary(parsing: "<blk> 1\r\na 0\r\n").pieces == ["a", "<blk>"])
  }

  @Test(
    arguments: [
      ("a 0\nb\n", VocabularyError.malformedLine(2, "b")),
      ("a 0\nb x\n", .malformedLine(2, "b x")),
      ("a 0\nb 0\n", .repeatedID(0, line: 2)),
      ("a 0\n<blk> 2\n", .missingID(1, of: 2)),
      ("a 0\nb -1\n", .missingID(1, of: 2)),
      ("a 0\nb 1\n", .missingBlank),
      ("", .missingBlank),
    ])
  func `a malformed vocabulary is rejected with the line or id`(text: String, error: VocabularyError) {
    #expect(throws: error) { try Vocabulary(parsing: text) }
  }
}

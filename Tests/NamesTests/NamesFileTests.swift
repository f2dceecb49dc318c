import Testing
import Transducer

@testable import Names

@Suite struct `Files of names` {
  private func parse(_ text: String) throws(NamesFileError) -> [Name] {
    try NamesFile.parse(Array(text.utf8), path: "names.txt")
  }

  @Test func `a line has a name, other spellings and a weight`() throws {
    let names = try parse(
      """
      # The living room
      Ecobee | eco bee |echo bee

        Natalie Sparkly : 2
      Kitchen: West
      Überwachung | uber : 0.5\r
      """)
    #expect(
      names == [
        Name("Ecobee", alternatives: ["eco bee", "echo bee"]), Name("Natalie Sparkly", weight: 2),
        Name("Kitchen: West"), Name("Überwachung", alternatives: ["uber"], weight: 0.5),
      ])
    #expect(names[0].phrases.map(\.text) == ["Ecobee", "eco bee", "echo bee"])
    #expect(names[1].phrases == [BoostedPhrase("Natalie Sparkly", weight: 2)])
  }

  @Test(arguments: ["", "\n\n", "# nothing", "  \t \r\n"])
  func `a file without names is valid`(text: String) throws {
    #expect(try parse(text).isEmpty)
  }

  @Test(arguments: [
    "lamp : two", "lamp : 0", "lamp : 6", "lamp :", "lamp : -1", "lamp : nan", "lamp |", "| lamp", "...", "💡",
    "lamp | ?",
  ])
  func `a line that is no name is rejected with its number`(line: String) {
    #expect {
      _ = try parse("first\n\(line)")
    } throws: { error in
      "\(error)".hasPrefix("cannot read names from names.txt: line 2 is \"\(line)\", expected NAME")
    }
  }

  @Test func `a long line is shown in part`() {
    #expect {
      _ = try parse(String(repeating: "!", count: 10_000))
    } throws: {
      "\($0)".utf8.count < 300
    }
  }

  @Test func `a file that is not UTF-8 is rejected`() {
    #expect(throws: NamesFileError.self) { try NamesFile.parse([0x4C, 0xFF, 0x0A], path: "names.txt") }
  }

  @Test func `a missing file is rejected with its path`() {
    #expect {
      _ = try NamesFile.read("/nowhere/names.txt")
    } throws: {
      "\($0)" == "cannot read names from /nowhere/names.txt: No such file or directory"
    }
  }
}

@Suite struct `The book of names` {
  @Test func `the names of all sources become phrases, those of the file first`() {
    let book = NameBook([.file, .homeAssistant])
    #expect(book.phrases.isEmpty)
    book.update(.homeAssistant, [Name("Kitchen")])
    book.update(.file, [Name("Ecobee", alternatives: ["eco bee"])])
    #expect(book.phrases.map(\.text) == ["Ecobee", "eco bee", "Kitchen"])
    book.update(.file, [])
    #expect(book.phrases.map(\.text) == ["Kitchen"])
  }

  @Test func `names stay when their source fails, until it is read again`() {
    let book = NameBook([.homeAssistant])
    book.update(.homeAssistant, [Name("Kitchen")])
    book.fail(.homeAssistant, because: "gone")
    #expect(book.phrases.map(\.text) == ["Kitchen"])
    #expect(book.entries.first?.entry.failure == "gone")
    book.update(.homeAssistant, [Name("Kitchen")])
    #expect(book.entries.first?.entry.failure == nil)
  }

  @Test func `a source that was never read has no time`() {
    let entries = NameBook([.file]).entries
    #expect(entries.count == 1)
    #expect(entries[0].entry.time == nil && entries[0].entry.names.isEmpty)
  }

  @Test func `utterances without a boosted token are not counted`() {
    let book = NameBook()
    for tokens in [0, 3, 0, 2] { book.count(boostedTokens: tokens) }
    #expect(book.boosts.tokens == 5 && book.boosts.utterances == 2)
  }
}

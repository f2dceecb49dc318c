import Testing
import Transducer
import Wording

@Suite struct `Text forms` {
  private func spoken(_ pieces: [String]) throws -> SpokenText {
    let lines = pieces.enumerated().map { "\($1.replacing(" ", with: "▁")) \($0)" }
    let vocabulary = try Vocabulary(parsing: (lines + ["<blk> \(pieces.count)"]).joined(separator: "\n"))
    let emissions = pieces.indices.map {
      Emission(token: Int32($0), frame: 2 * $0, duration: 1, confidence: 0.9)
    }
    return SpokenText(emissions, vocabulary: vocabulary, frameSeconds: 0.08)
  }

  private func command(_ text: String) -> String {
    Wording(form: .command).word(WordingTests.spoken(text), language: nil).text
  }

  @Test(
    arguments: [
      ("Turn on the light.", "turn on the light"), ("Stop.", "stop"), ("¿Qué hora es?", "¿qué hora es?"),
      ("Is it warm?", "is it warm?"), ("Stop!", "stop!"), ("A light.", "a light"),
      ("I am cold.", "I am cold"),
      ("I'm cold.", "I'm cold"), ("I’ll go", "I’ll go"), ("TV off.", "TV off"),
      ("McDonald is here.", "McDonald is here"),
      ("iPhone on.", "iPhone on"), ("Árbol rojo.", "árbol rojo"), ("Wake me at 7 p.m.", "wake me at 7 p.m."),
      ("Well...", "well..."), ("Well…", "well…"), ("Hm. Turn it off.", "hm. Turn it off"),
      ("20 degrees.", "20 degrees"),
      ("Twenty-one.", "twenty-one"), ("Set it to 21.5.", "set it to 21.5."), ("", ""), (".", ""),
      ("\"Yes.\"", "\"yes.\""),
      ("already lower.", "already lower"), ("In Dänemark", "in Dänemark"),
    ] as [(String, String)])
  func `the command form lowercases the first word and drops the full stop`(text: String, command: String) {
    #expect(self.command(text) == command)
  }

  @Test func `the command form applies to the whole utterance, however many segments it has`() {
    let segments = ["", "Turn it off.", "Now.", "All of it.", ""].map(WordingTests.spoken)
    let worded = Wording(form: .command).apply(to: segments, language: nil)
    #expect(worded.map(\.text) == ["", "turn it off.", "Now.", "All of it", ""])
    let one = Wording(form: .command).apply(to: [WordingTests.spoken("Stop.")], language: nil)
    #expect(one.map(\.text) == ["stop"])
    #expect(Wording(form: .command).apply(to: [], language: nil).isEmpty)
  }

  @Test(arguments: Wording.Form.allCases, Wording.Numbers.allCases)
  func `the worded text of the first segments is a prefix of the whole`(
    form: Wording.Form, numbers: Wording.Numbers
  ) {
    let utterances = [
      ["Twenty one.", "", "Stop at p.m.", "Well...", "I said two,", "not three.", "Sí?"],
      ["", "¿", "i said", "twenty one", "", "now i'm", "done", ""],
    ]
    let wording = Wording(form: form, numbers: numbers)
    for segments in utterances.map({ $0.map(WordingTests.spoken) }) {
      let beginnings = segments.indices.map {
        SpokenText(joining: wording.apply(to: Array(segments[...$0]), language: "en", isWhole: false)).text
      }
      let whole = SpokenText(joining: wording.apply(to: segments, language: "en")).text
      for (text, longer) in zip(beginnings, beginnings.dropFirst() + [whole]) {
        #expect(longer.hasPrefix(text), "\(text)")
      }
    }
  }

  @Test func `the command form keeps the times of its words`() {
    let said = WordingTests.spoken("Turn on.")
    let worded = Wording(form: .command).word(said, language: nil)
    #expect(worded.words.map(\.text) == ["turn", "on"])
    #expect(worded.words.map(\.start) == said.words.map(\.start))
    #expect(worded.words.map(\.end) == said.words.map(\.end))
  }

  @Test(
    arguments: [
      ([" Set", " to", " 5", " %", " ."], "Set to 5 % ."),
      ([" Il", " dit", " «", "non", " »", "."], "Il dit «non »."),
      ([" Open", " ", " it", " "], "Open  it"), ([" Turn", " on", "."], "Turn on."), ([], ""),
      (["<unk>", " yes"], "yes"),
    ] as [([String], String)])
  func `the raw form is text as SentencePiece joins pieces`(pieces: [String], text: String) throws {
    let raw = Wording(form: .raw).word(try spoken(pieces), language: nil)
    #expect(raw.text == text)
    #expect(raw.words.map(\.text) == text.split(separator: " ").map(String.init))
  }

  @Test func `the clean form leaves a text unchanged`() throws {
    let spoken = try spoken([" Set", " to", " 5", " %", " ."])
    #expect(Wording().word(spoken, language: "en") == spoken)
  }

  @Test func `the command and raw forms combine with numbers in digits`() throws {
    let said = WordingTests.spoken("Twenty one degrees.")
    #expect(Wording(form: .command, numbers: .digits).word(said, language: "en").text == "21 degrees")
    let pieces = try spoken([" Twenty", " one", " ."])
    #expect(Wording(form: .raw, numbers: .digits).word(pieces, language: "en").text == "21 .")
  }
}

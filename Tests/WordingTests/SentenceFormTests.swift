import Testing
import Transducer
import Wording

@Suite struct `Sentence case` {
  private func sentence(_ text: String, _ language: String? = nil) -> String {
    let worded = Wording(form: .sentence).word(WordingTests.spoken(text), language: language)
    #expect(worded.text == worded.words.map(\.text).joined(separator: " "))
    return worded.text
  }

  @Test(
    arguments: [
      ("turn on the light", "Turn on the light."), ("stop", "Stop."), ("", ""),
      ("20 degrees", "20 degrees."), ("3d printer on", "3d printer on."), ("'s ochtends", "'s ochtends."),
      ("’t licht aan", "’t licht aan."), ("set it to 50%", "Set it to 50%."), ("it is 20 °", "It is 20 °."),
      ("\"yes\"", "\"Yes\"."), ("(maybe)", "(Maybe)."), ("- yes", "- Yes."), ("the dogs'", "The dogs'."),
      ("twenty-one", "Twenty-one."), ("e-mail her", "E-mail her."),
    ] as [(String, String)])
  func `a text without marks begins with a capital and ends with a full stop`(text: String, written: String) {
    #expect(sentence(text) == written)
  }

  @Test(
    arguments: [
      "Turn on the light.", "Is it warm?", "¿Qué hora es?", "Stop!", "Well…", "Well...", "Wake me at 7 p.m.",
      "iPhone on.", "TV off.", "\"Yes.\"", "«Oui !»", "Yes,", "The list:", "Είσαι εκεί;",
      "Τι ώρα είναι\u{37E}",
      "I am cold.", ".", "…", "¿?", "Turn it off. Now.", "Well –",
    ])
  func `what a model has punctuated and capitalised stays`(text: String) {
    #expect(sentence(text, "en") == text)
  }

  /// The first letters are those of Unicode's own title case.
  @Test(
    arguments: [
      ("bg", "изключи лампата", "Изключи лампата."), ("cs", "časovač", "Časovač."),
      ("da", "åbn døren", "Åbn døren."),
      ("de", "öffne die tür", "Öffne die tür."), ("el", "άναψε το φως", "Άναψε το φως."),
      ("en", "open it", "Open it."),
      ("es", "¿qué hora es", "¿Qué hora es."), ("et", "õhtul", "Õhtul."),
      ("eu", "itzali argia", "Itzali argia."),
      ("fi", "älä", "Älä."), ("fr", "éteins l'écran", "Éteins l'écran."), ("hr", "ǆem", "ǅem."),
      ("hr", "đumbir", "Đumbir."), ("hu", "őket", "Őket."), ("it", "è tardi", "È tardi."),
      ("lt", "įjunk", "Įjunk."),
      ("lv", "ķer", "Ķer."), ("mt", "ħaġa", "Ħaġa."), ("mt", "għaxar", "Għaxar."), ("nl", "ijs", "IJs."),
      ("nl-BE", "ij", "IJ."), ("nl", "ik", "Ik."), ("nl", "ĳs", "Ĳs."),
      ("nl", "ijs en ijzer", "IJs en ijzer."),
      ("pl", "łóżko", "Łóżko."), ("pt", "às sete", "Às sete."), ("pt-BR", "é isso", "É isso."),
      ("ro", "știri", "Știri."), ("ru", "ёлка", "Ёлка."), ("sk", "ľahko", "Ľahko."),
      ("sl", "žarnica", "Žarnica."),
      ("sv", "ändra", "Ändra."), ("uk", "їжа", "Їжа."), ("uk", "ґанок", "Ґанок."), ("en", "ijs", "Ijs."),
      ("cs", "c\u{30C}as", "C\u{30C}as."),
    ] as [(String, String, String)])
  func `the first letter is a capital of its language`(language: String, text: String, written: String) {
    #expect(sentence(text, language) == written)
  }

  @Test(
    arguments: [
      ("i am cold", "I am cold."), ("what i said", "What I said."),
      ("now i'm cold and i’ll go", "Now I'm cold and I’ll go."),
      ("i'd say i've won", "I'd say I've won."), ("am i", "Am I."), ("so \"i\" it is", "So \"I\" it is."),
      ("that is i.e. it", "That is i.e. it."), ("it is in", "It is in."), ("an i5", "An i5."),
      ("Yes, i, too.", "Yes, I, too."),
    ] as [(String, String)])
  func `the English pronoun is a capital`(text: String, written: String) {
    #expect(sentence(text, "en") == written)
    #expect(sentence(text, "en-US") == written)
  }

  @Test(arguments: ["it", "pl", nil])
  func `i is no pronoun in another language`(language: String?) {
    #expect(sentence("tu i ja", language) == "Tu i ja.")
  }

  @Test func `the only language of a model tells that i is a pronoun`() {
    let said = [WordingTests.spoken("am i")]
    #expect(
      Wording(form: .sentence).apply(to: said, language: nil, languages: ["en"]).map(\.text) == ["Am I."])
    #expect(
      Wording(form: .sentence).apply(to: said, language: nil, languages: ["en", "it"]).map(\.text) == [
        "Am i."
      ])
  }

  @Test func `segments between pauses are one sentence`() {
    let segments = ["", "turn it off", "and i mean", "all of it", ""].map(WordingTests.spoken)
    let wording = Wording(form: .sentence)
    let whole = wording.apply(to: segments, language: "en")
    #expect(whole.map(\.text) == ["", "Turn it off", "and I mean", "all of it.", ""])
    let beginning = wording.apply(to: Array(segments.prefix(3)), language: "en", isWhole: false)
    #expect(beginning.map(\.text) == ["", "Turn it off", "and I mean"])
    #expect(wording.apply(to: [], language: "en").isEmpty)
  }

  @Test func `words keep their times, and numbers are written first`() {
    let said = WordingTests.spoken("twenty one degrees")
    let plain = Wording(form: .sentence).word(said, language: "en")
    #expect(plain.words.map(\.start) == said.words.map(\.start))
    #expect(plain.words.map(\.end) == said.words.map(\.end))
    #expect(plain.tokens == said.tokens)
    #expect(Wording(form: .sentence, numbers: .digits).word(said, language: "en").text == "21 degrees.")
  }

  @Test(arguments: [
    (Wording(), false), (Wording(form: .command), false), (Wording(form: .sentence), true),
    (Wording(numbers: .digits), true),
  ])
  func `a beginning can be worded without the language unless the wording depends on it`(
    wording: Wording, depends: Bool
  ) {
    #expect(wording.dependsOnLanguage == depends)
  }
}

import Testing
import Transducer

@testable import Endpointing

@Suite struct `The ending of a sentence` {
  static let complete = [
    ("Turn on the light in the kitchen.", "en"), ("Set a timer for ten minutes.", "en"), ("Stop.", "en"),
    ("Lights off.", "en"), ("What is the temperature outside now?", "en"),
    ("Enciende la luz de la cocina.", "es"), ("Pon el volumen a cinco, por favor.", "es"), ("Para.", "es"),
    ("Mach das Licht im Flur an.", "de"), ("Gute Nacht!", "de"),
    ("Allume toutes les lumières du salon.", "fr"),
    ("Turn on the light in the kitchen.", "en-US"), ("Turn on the light in the kitchen.", nil),
  ]
  static let likely = [
    ("Turn on the light.", "en"), ("What time is it?", "en"), ("Turn the light off.", "en"),
    ("Close the garage door.", "en"), ("¿Qué hora es ahora?", "es"), ("Apaga la luz grande.", "es"),
    ("Öffne die große Tür.", "de"),
  ]
  static let open = [
    ("Turn on the.", "en"), ("Turn on.", "en"), ("Set a timer.", "en"), ("Set a timer for.", "en"),
    ("Set a timer for ten.", "en"), ("Turn off the light and.", "en"), ("Add milk, eggs,", "en"),
    ("Remind me to…", "en"), ("What's the weather in?", "en"), ("TURN ON THE", "en"),
    ("Set a timer for 10.", "en"),
    ("Enciende la luz de la.", "es"), ("Pon un temporizador.", "es"), ("Pon un temporizador de diez.", "es"),
    ("Apaga la luz y.", "es"), ("Schalte die.", "de"), ("Mach das Licht in der.", "de"),
    ("Stell einen Timer.", "de"), ("Allume la lumière de l\u{2019}.", "fr"), ("Zapni světlo v.", "cs"),
    ("Turn on the.", nil),
  ]
  static let undecided = [
    ("Lamps.", "en"), ("Turn on the kitchen light", "en"), ("", "en"), ("...?", "xx"), ("Lamp.", "xx"),
    ("Set the lamp.", "en"), ("Wake me up now.", "en"), ("Das rote Licht.", "de"),
    ("Mach das Licht an.", "de"),
  ]

  @Test(arguments: complete) func `a finished command is complete`(text: String, language: String?) {
    #expect(ending(text, language) == .complete)
  }

  @Test(arguments: likely) func `a short command that needs an object only is likely to be whole`(
    text: String, language: String?
  ) {
    #expect(ending(text, language) == .likely)
  }

  @Test(arguments: open) func `a text that goes on is open`(text: String, language: String?) {
    #expect(ending(text, language) == .open)
  }

  @Test(arguments: undecided) func `of other texts nothing is known`(text: String, language: String?) {
    #expect(ending(text, language) == .undecided)
  }

  @Test func `a last word that is in doubt is the beginning of another one`() {
    #expect(ending("Turn off the hood.", last: 1, confidence: 0.4) == .open)
    #expect(ending("Turn off the hood.", last: 1, confidence: 0.95) == .likely)
  }

  @Test func `a short command that is in doubt may be another one`() {
    #expect(ending("Stop.", last: 0.3, confidence: 0.8) == .undecided)
    #expect(ending("Stop.", last: 0.3, confidence: 0.95) == .complete)
  }

  @Test func `a short last word is in the midst of a sentence`() {
    #expect(ending("Turn off the lamp.", last: 0.2, confidence: 1) == .undecided)
    #expect(ending("Turn off the lamp.", last: 0.6, confidence: 1) == .likely)
  }

  @Test func `there is a table for each language of the large model`() {
    let languages =
      "bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk".split(separator: " ")
    #expect(Set(EndingTable.tables.keys) == Set(languages.map(String.init)))
    for (language, table) in EndingTable.tables {
      #expect(table.openWords.count >= 5 && table.openers.count >= 7, "\(language)")
      #expect(table.openWords.allSatisfy { $0 == $0.lowercased() }, "\(language)")
    }
  }

  @Test func `a command is told from the speech that follows it`() throws {
    let text = "Turn on the light. Prices rose again last year. They will rise further."
    let command = try #require(FinishedCommand(in: hypothesis(text)))
    #expect(command.end == 4)
    #expect(FinishedCommand(in: hypothesis("Turn on the light. And the fan.")) == nil)
    #expect(FinishedCommand(in: hypothesis("Turn on the light. Close the door.")) == nil)
    #expect(FinishedCommand(in: hypothesis("Prices rose. They will rise.")) == nil)
    #expect(FinishedCommand(in: hypothesis("Turn on the light.")) == nil)
    #expect(FinishedCommand(in: hypothesis("")) == nil)
  }

  private func ending(_ text: String, _ language: String?) -> SentenceEnding {
    SentenceEnding(of: words(text), language: language)
  }

  private func ending(_ text: String, last seconds: Double, confidence: Float) -> SentenceEnding {
    var words = words(text)
    let last = words.removeLast()
    words.append(
      SpokenText.Word(text: last.text, start: last.start, end: last.start + seconds, confidence: confidence))
    return SentenceEnding(of: words, language: "en")
  }

  private func hypothesis(_ text: String) -> Hypothesis {
    Hypothesis(.sound(1000), spoken(text), language: "en")
  }
}

/// Words that take a second each.
func words(_ text: String, _ confidence: Float = 1) -> [SpokenText.Word] {
  text.split(separator: " ").enumerated().map { index, word in
    SpokenText.Word(text: String(word), start: Double(index), end: Double(index + 1), confidence: confidence)
  }
}

func spoken(_ text: String, _ confidence: Float = 1) -> SpokenText {
  var spoken = SpokenText()
  spoken.text = text
  spoken.words = words(text, confidence)
  return spoken
}

import Languages
import Testing

private let v3 = [
  "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
  "pt",
  "ro", "ru", "sk", "sl", "sv", "uk",
]

/// Sentences typical of home automation.
private let sentences = [
  ("bg", "Включи лампата в спалнята и затвори щорите."),
  ("cs", "Rozsviť prosím světlo v ložnici a potom zavři všechny dveře."),
  ("da", "Tænd lyset i soveværelset og luk gardinerne."), ("de", "Schalte das Licht im Schlafzimmer ein."),
  ("el", "Άναψε το φως στο υπνοδωμάτιο."), ("en", "Turn on the light in the bedroom and close the blinds."),
  ("es", "Enciende la luz del dormitorio y cierra las persianas."),
  ("et", "Pane magamistoas tuli põlema ja sulge kardinad."),
  ("fi", "Sytytä makuuhuoneen valot ja sulje verhot."),
  ("fr", "Allume la lumière de la chambre et ferme les volets."),
  ("hr", "Upali svjetlo u spavaćoj sobi i zatvori rolete."),
  ("hu", "Kapcsold fel a lámpát a hálószobában."),
  ("it", "Accendi la luce in camera da letto e chiudi le tapparelle."),
  ("lt", "Įjunk šviesą miegamajame ir uždaryk užuolaidas."),
  ("lv", "Ieslēdz gaismu guļamistabā un aizver žalūzijas."),
  ("mt", "Ixgħel id-dawl fil-kamra tas-sodda u agħlaq il-bibien."),
  ("nl", "Doe het licht in de slaapkamer aan en sluit de gordijnen."),
  ("pl", "Włącz światło w sypialni i zasłoń rolety."),
  ("pt", "Acenda a luz do quarto e feche as persianas, por favor."),
  ("ro", "Aprinde lumina din dormitor și închide jaluzelele."),
  ("ru", "Включи свет в спальне и закрой шторы."),
  ("sk", "Zapni svetlo v spálni a zatiahni žalúzie."), ("sl", "Prižgi luč v spalnici in zapri žaluzije."),
  ("sv", "Tänd lampan i sovrummet och stäng gardinerna."),
  ("uk", "Увімкни світло у спальні та закрий штори."),
]

@Suite struct `Language detection` {
  @Test(arguments: sentences)
  func `each language of Parakeet v3 is detected from a sentence`(language: String, text: String) {
    #expect(LanguageDetector(among: v3).language(of: text) == language)
  }

  @Test func `the detected language is one of the candidates, as the caller spelled it`() {
    let text = "Enciende la luz del dormitorio."
    #expect(LanguageDetector(among: ["en", "es"]).language(of: text) == "es")
    #expect(LanguageDetector(among: ["en-US", "es-MX"]).language(of: text) == "es-MX")
    #expect(LanguageDetector(among: ["en", "ru"]).language(of: "Включи Spotify") == "ru")
    #expect(LanguageDetector(among: ["en"]).language(of: "Lights") == "en")
  }

  @Test(arguments: ["", "7", "…", "No.", "Netflix", "Ja.", "USB 3", "漢字", "Да, TV"])
  func `no language is detected in a text that is not clear`(text: String) {
    #expect(LanguageDetector(among: ["da", "de", "en", "et", "sv", "bg", "ru"]).language(of: text) == nil)
  }

  @Test func `no language is detected if a candidate is not supported`() {
    #expect(LanguageDetector(among: ["en", "tr"]).language(of: "Turn on the light in the bedroom.") == nil)
    #expect(LanguageDetector(among: ["en", "xx"]).language(of: "Turn on the light in the bedroom.") == nil)
    #expect(LanguageDetector(among: []).language(of: "Turn on the light.") == nil)
  }

  @Test func `the language of an hour of speech is detected from its beginning`() {
    let text = String(repeating: "Turn on the light in the bedroom. ", count: 10_000)
    #expect(LanguageDetector(among: v3).language(of: text) == "en")
  }
}

import Languages
import Testing

/// The lowercase letters beyond a to z of each language of Parakeet v3; all letters if its script is not Latin.
private let alphabets = [
  "bg": "абвгдежзийклмнопрстуфхцчшщъьюяѝ", "cs": "áčďéěíňóřšťúůýž", "da": "æøåé", "de": "äöüß",
  "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "en": "éï", "es": "áéíñóúü", "et": "äõöüšž", "fi": "äöåšž",
  "fr": "àâæçéèêëîïôœùûüÿ", "hr": "čćđšž", "hu": "áéíóöőúüű", "it": "àèéìíîòóù", "lt": "ąčęėįšųūž",
  "lv": "āčēģīķļņšūž", "mt": "ċġħż", "nl": "áéëïóöü", "pl": "ąćęłńóśźż", "pt": "ãáàâçéêíõóôú",
  "ro": "ăâîșțşţ",
  "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "sk": "áäčďéíĺľňóôŕšťúýž", "sl": "čšž", "sv": "åäöé",
  "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
]

private func scripts(of text: String) throws -> Set<Script> {
  let tag = try #require(LanguageTag(text))
  return try #require(Script.scripts(of: tag))
}

@Suite struct `Scripts of languages` {
  @Test(arguments: alphabets.keys.sorted())
  func `all letters of a language, lowercase and capital, belong to its scripts`(language: String) throws {
    let scripts = try scripts(of: language)
    let letters = try #require(alphabets[language])
    for scalar in (letters + letters.uppercased() + "azAZ").unicodeScalars {
      #expect(Script(of: scalar).map(scripts.contains) ?? true, "\(scalar)")
    }
  }

  @Test func `the script tests cover the 25 languages of Parakeet v3`() {
    #expect(alphabets.count == 25)
  }

  @Test(arguments: alphabets.keys.sorted())
  func `a language has no scripts but Latin and its primary one`(language: String) throws {
    let scripts = try scripts(of: language)
    #expect(scripts.contains(.cyrillic) == ["bg", "ru", "uk"].contains(language))
    #expect(scripts.contains(.greek) == (language == "el"))
    #expect(!scripts.contains(.other))
  }

  @Test func `a tag's script takes precedence over its language's usual script`() throws {
    #expect(try scripts(of: "ru-Latn") == [.latin])
    #expect(try scripts(of: "sr-Cyrl") == [.cyrillic, .latin])
    #expect(try scripts(of: "uk_UA") == [.cyrillic, .latin])
  }

  @Test(arguments: ["zh-Hans", "ar", "de-Hebr", "tlh"])
  func `a tag with an unsupported language or script has no scripts`(text: String) throws {
    let tag = try #require(LanguageTag(text))
    #expect(Script.scripts(of: tag) == nil)
  }
}

@Suite struct `Scripts of characters` {
  @Test(
    arguments: [
      ("aZñßŁŐșĦÿªºﬁÅ", .latin), ("αΩςώϊἀΩμ", .greek), ("аЯёґїЂѝꙮ", .cyrillic), ("אحकあ漢가Ա", .other),
      ("09.,-'’«¿%€°µ ½\u{301}\u{2581}ʼ№", nil),
    ] as [(String, Script?)])
  func `the script of a character is that of the Unicode standard`(characters: String, script: Script?) {
    for scalar in characters.unicodeScalars { #expect(Script(of: scalar) == script, "\(scalar)") }
  }
}

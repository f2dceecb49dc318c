import Languages
import Testing

@Suite struct `Language tags` {
  @Test(
    arguments: [
      ("es", "es", nil), ("es-ES", "es", nil), ("pt_BR", "pt", nil), ("pt_BR.UTF-8", "pt", nil),
      ("EN", "en", nil),
      ("zh-Hans", "zh", "Hans"), ("zh-cmn-hans-CN", "zh", "Hans"), ("sr-LATN-RS", "sr", "Latn"),
      ("ca@valencia", "ca", nil), ("de-1996", "de", nil), ("sl-rozaj", "sl", nil),
    ] as [(String, String, String?)])
  func `a language tag is parsed in every spelling`(text: String, language: String, script: String?) throws {
    let tag = try #require(LanguageTag(text))
    #expect(tag.language == language)
    #expect(tag.script == script)
  }

  @Test(arguments: ["", "-", "e", "e-US", "e5", "español", "123", ".UTF-8", "übersetzung", "averylongname"])
  func `a text that does not begin with a language is not a language tag`(text: String) {
    #expect(LanguageTag(text) == nil)
  }
}

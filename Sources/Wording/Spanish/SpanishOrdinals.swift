/// Spanish ordinal numbers from ten on, such as "vigésimo primero". "Primero" to "noveno" alone stay in words.
enum SpanishOrdinals {
  private static let digits = [
    "primer": 1, "segund": 2, "tercer": 3, "cuart": 4, "quint": 5, "sext": 6, "septim": 7, "octav": 8,
    "noven": 9,
  ]
  private static let tens = [
    "decim": 10, "undecim": 11, "duodecim": 12, "vigesim": 20, "trigesim": 30, "cuadragesim": 40,
    "quincuagesim": 50, "sexagesim": 60, "septuagesim": 70, "octogesim": 80, "nonagesim": 90, "centesim": 100,
  ]

  static func read(_ pieces: ArraySlice<String>) -> Phrase? {
    guard let first = pieces.first?.withoutAccents else { return nil }
    if let (stem, ending) = ending(of: first) {
      // "decimotercero", "vigesimoprimera"
      for (ten, value) in tens where stem.hasPrefix(ten + "o") {
        if let digit = digits[String(stem.dropFirst(ten.count + 1))] {
          return Phrase("\(value + digit)\(ending)", 1)
        }
      }
      guard let value = tens[stem] else { return nil }
      // "vigésimo primero", "vigésima primera"
      if value != 11, value != 12,
        let (stem, ending) = pieces.piece(1).flatMap({ self.ending(of: $0.withoutAccents) }),
        let digit = digits[stem]
      {
        return Phrase("\(value + digit)\(ending)", 2)
      }
      return Phrase("\(value)\(ending)", 1)
    }
    return nil
  }

  /// Splits a word into its stem and the written form of its ending.
  private static func ending(of word: String) -> (stem: String, ending: String)? {
    if word.hasSuffix("primer") || word.hasSuffix("tercer") { return (word, ".er") }
    if word.hasSuffix("o") { return (String(word.dropLast()), ".º") }
    if word.hasSuffix("a") { return (String(word.dropLast()), ".ª") }
    return nil
  }
}

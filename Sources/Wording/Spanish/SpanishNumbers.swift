/// Inverse text normalisation for Spanish. The articles "un" and "una" stay, and so does "uno" as a pronoun.
struct SpanishNumbers: NumberGrammar {
  /// Units that are always counted.
  static let measures: Set<String> = [
    "grado", "grados", "porciento", "minuto", "minutos", "hora", "horas", "segundo", "segundos", "día",
    "días",
    "semana", "semanas", "mes", "meses", "año", "años", "metro", "metros", "kilómetro", "kilómetros",
    "centímetro",
    "centímetros", "gramo", "gramos", "kilo", "kilos", "litro", "litros", "vatio", "vatios", "voltio",
    "voltios",
    "euro", "euros", "dólar", "dólares", "peso", "pesos", "céntimo", "céntimos", "veces", "luz", "luces",
  ]
  /// Words that a number follows.
  private static let numbered: Set<String> = [
    "número", "canal", "nivel", "volumen", "paso", "escena", "zona", "estación", "entrada", "página",
    "capítulo",
    "episodio", "temporada", "línea", "planta", "piso", "velocidad", "más", "menos",
  ]

  let hyphenatedUnits: Set<String> = []

  func phrase(in pieces: ArraySlice<String>, context: PhraseContext) -> Phrase? {
    if let time = SpanishClock.read(pieces, after: context.before.last) { return time }
    if let ordinal = SpanishOrdinals.read(pieces) { return ordinal }
    // "diez menos cinco" is a sum, "por lo menos cinco" is at least five: only degrees are below zero.
    if pieces.first == "menos", context.before.last.map(SpanishCardinals.isNumber) != true {
      let unsigned = pieces.dropFirst()
      guard let number = decimal(unsigned) ?? whole(unsigned, context: context, isSigned: true),
        let text = number.parts.first?.text, ["grado", "grados"].contains(unsigned.piece(number.count)),
        context.before.last != "lo", context.before.last != "al"
      else { return nil }
      return Phrase("-\(text)", number.count + 1)
    }
    guard let number = decimal(pieces) ?? whole(pieces, context: context, isSigned: false) else { return nil }
    guard let text = number.parts.first?.text, let percent = Self.percent(pieces.dropFirst(number.count))
    else {
      return number
    }
    return Phrase("\(text)%", number.count + percent)
  }

  /// Returns the number of pieces of a following "per cent"; `nil` if there is none.
  private static func percent(_ pieces: ArraySlice<String>) -> Int? {
    if pieces.first == "porciento" { return 1 }
    return pieces.has(["por", "ciento"], at: 0) || pieces.has(["por", "cien"], at: 0) ? 2 : nil
  }

  /// Reads "veintiuno coma cinco", "cero punto cinco", "veintiuno y medio", "dos y media horas".
  private func decimal(_ pieces: ArraySlice<String>) -> Phrase? {
    guard let whole = SpanishCardinals.read(pieces) else { return nil }
    let behind = pieces.dropFirst(whole.count)
    if behind.has(["y", "medio"], at: 0)
      || behind.has(["y", "media"], at: 0) && behind.piece(2).map(Self.measures.contains) == true
    {
      return isArticle(pieces, whole) ? nil : Phrase("\(whole.value),5", whole.count + 2)
    }
    guard let point = behind.first, point == "coma" || point == "punto",
      let decimals = SpanishCardinals.decimals(behind.dropFirst())
    else { return nil }
    return Phrase(
      "\(whole.value)\(point == "coma" ? "," : ".")\(decimals.text)", whole.count + 1 + decimals.count)
  }

  private func whole(_ pieces: ArraySlice<String>, context: PhraseContext, isSigned: Bool) -> Phrase? {
    guard let number = SpanishCardinals.read(pieces) else { return nil }
    let behind = pieces.dropFirst(number.count)
    if number.count == 1, number.value == 1, !isSigned {
      let isNumber = pieces.first == "uno" && isNumber(uno: behind, context: context)
      guard isNumber || Self.percent(behind) != nil else { return nil }
    }
    // "Ciento" alone is not a number ("cien" is); "mil gracias" and "un minuto o dos" stay in words.
    if number.count == 1, pieces.first == "ciento" || pieces.first == "mil" && behind.first == "gracias" {
      return nil
    }
    if number.value < 10, context.before.last == "o", let before = context.before.dropLast().last,
      !SpanishCardinals.isNumber(before), before != "uno"
    {
      return nil
    }
    return Phrase("\(number.value)", number.count)
  }

  private func isArticle(_ pieces: ArraySlice<String>, _ number: Reading) -> Bool {
    number.count == 1 && (pieces.first == "un" || pieces.first == "una")
  }

  /// Returns true if "uno" is a number and not a pronoun.
  private func isNumber(uno behind: ArraySlice<String>, context: PhraseContext) -> Bool {
    if behind.first == "de" { return false }
    if let before = context.before.last {
      if Self.numbered.contains(before) { return true }
      if before == "a", behind.isEmpty { return true }
    }
    if let before = context.nearBefore, SpanishCardinals.isNumber(before) { return true }
    guard let next = behind.first ?? context.nearAfter else { return false }
    return SpanishCardinals.isNumber(next)
      || ["y", "o", "a"].contains(next) && behind.piece(1).map(SpanishCardinals.isNumber) == true
  }
}

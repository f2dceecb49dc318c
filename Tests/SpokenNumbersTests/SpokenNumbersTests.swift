import SpokenNumbers
import Testing

@Suite struct `Spoken numbers` {
  /// German, as far as the tests need it.
  private let german = SpokenNumbers(
    rules: """
      minus minus
      point komma
      % c
      0 null
      1 ein
      1 eins
      2 zwei
      5 fünf
      20-29/10 [>c>und]zwanzig
      100-199/100 hundert[>c>]
      200-999/100 <c<hundert[>c>]
      1000-999999/1000 <c<tausend[>c>]
      1000000-1999999/1000000 eine million[ >c>]
      % o
      suffix .
      1 erste
      2 zweite
      20-29/10 =c=ste
      """,
    context: """
      # A comment
      sign ,
      articles ein
      measures minute minuten grad
      targets auf
      between bis
      or oder
      percent prozent
      half einhalb
      idioms zwei seelen
      rule c 2 zwo
      clock {h:0-24} uhr {m:1-59} = {h}:{mm}
      """)

  private func written(_ text: String, _ place: SpokenNumbers.Place = .everywhere) -> String {
    let words = text.split(separator: " ").map(String.init)
    let written = german.written(words, place)
    // Together they replace all words, in order.
    #expect(written.flatMap { Array($0.source) } == Array(words.indices))
    return written.map(\.text).joined(separator: " ")
  }

  @Test(
    arguments: [
      ("null", 0), ("zwei", 2), ("zwo", 2), ("zwanzig", 20), ("einundzwanzig", 21), ("ein und zwanzig", 21),
      ("hundert", 100), ("zweihundertfünf", 205), ("zwei hundert fünf", 205), ("Zweitausend-zwanzig", 2020),
      ("zweihunderttausendhundertzwanzig", 200_120), ("eine Million fünf", 1_000_005),
    ])
  func `a number is read as its rules spell it, joined or not`(text: String, value: Int) {
    #expect(german.number(text)?.value == value)
    #expect(german.number(text)?.suffix == nil)
  }

  @Test(
    arguments: [
      "", "und", "zwanzigund", "nullundzwanzig", "hundert null", "zwei zwanzig", "zwan zig",
      "tausend hundert", "zwanzig, zwei",
    ])
  func `a text that no rule spells is no number`(text: String) {
    #expect(german.number(text) == nil)
  }

  @Test func `an ordinal number has its suffix`() throws {
    let number = try #require(german.number("zwanzigste"))
    #expect(number.value == 20)
    #expect(number.suffix == ".")
  }

  @Test(
    arguments: [
      ("Auf zwanzig.", "Auf 20."), ("(fünf) „zwei“", "(5) „2“"), ("zwanzig, fünf", "20, 5"),
      ("ein Licht", "ein Licht"),
      ("ein Prozent", "1%"), ("zwanzig komma fünf", "20,5"), ("zwei komma null fünf", "2,05"),
      ("auf ein", "auf 1"), ("minus fünf Grad", "-5 Grad"), ("fünf minus zwei", "5 minus 2"),
      ("zweieinhalb Minuten", "2,5 Minuten"), ("zwei einhalb", "2,5"), ("um zwei Uhr zwanzig", "um 2:20"),
      ("zwei Uhr fünf Minuten", "2 Uhr 5 Minuten"), ("zwei Seelen", "zwei Seelen"),
      ("der erste", "der erste"),
      ("der zwanzigste", "der 20."), ("eine Minute oder zwei", "eine Minute oder zwei"),
      ("zwei oder fünf", "2 oder 5"),
      ("zwanzig-Grad", "zwanzig-Grad"), ("ein-und-zwanzig", "21"), ("fünfte", "fünfte"), ("—", "—"),
      ("…", "…"),
    ])
  func `numbers are written in digits and all else stays`(said: String, expected: String) {
    #expect(written(said) == expected)
  }

  @Test(
    arguments: [
      ("zwei Lichter", "zwei Lichter"), ("zwei Minuten", "2 Minuten"), ("auf zwanzig", "auf 20"),
      ("zwanzig Prozent", "20%"),
      ("der zwanzigste", "der zwanzigste"), ("minus zwei", "-2"), ("zwei Uhr zwanzig", "2:20"),
    ])
  func `where only values are wanted, other numbers stay in words`(said: String, expected: String) {
    #expect(written(said, .values) == expected)
  }

  @Test func `a long text of numbers needs no deep recursion`() {
    let text = Array(repeating: "zweihundert", count: 20_000)
    #expect(german.written(text).count == 20_000)
    let word = String(repeating: "zweihundert", count: 20_000)
    #expect(german.written([word]).map(\.text) == [word])
  }

  @Test(
    arguments: [
      "% c\n1", "% c\n1-x eins", "% c\n5-1 eins", "% c\n1/0 <c<", "% c\n-1 a", "% c\n99999999999999999999 a",
      "% c\n1 <c", "% c\n1 =c=",
      "% c\n1-9 =c=", "% c\n1 [", "%", "suffix",
      "% c\n1-9223372036854775807/9223372036854775807 <c<x[>c>]\n2 x",
    ])
  func `rules with mistakes are no trap`(rules: String) {
    let numbers = SpokenNumbers(
      rules: rules[...], context: "clock\nclock {h = x\nclock {h:9-1} = {h\npoint\nhalf |\nrule c\nrule")
    _ = numbers.written(["x", "xxx", "eins", "a"])
    _ = numbers.number("x x x")
  }
}

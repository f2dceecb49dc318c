import Support
import Testing
import Transducer
import Wording

/// Words of 0.75 s, one per second.
func words(_ text: String) -> [SpokenText.Word] {
  text.split(separator: " ").enumerated().map { index, word in
    SpokenText.Word(
      text: String(word), start: Double(index), end: Double(index) + 0.75,
      confidence: 0.9 - Float(index) / 100)
  }
}

func spoken(_ text: String) -> SpokenText {
  var spoken = SpokenText()
  spoken.text = text
  spoken.words = words(text)
  return spoken
}

extension Wording {
  /// Words an utterance without a pause.
  func word(_ spoken: SpokenText, language: String?) -> SpokenText {
    SpokenText(joining: apply(to: [spoken], language: language))
  }
}

@Suite struct `Numbers in digits` {
  private func digits(_ text: String, _ language: String?) -> String {
    let worded = Wording(numbers: .digits).word(spoken(text), language: language)
    #expect(worded.text == worded.words.map(\.text).joined(separator: " "))
    return worded.text
  }

  @Test(
    arguments: [
      // Cardinals
      ("zero", "0"), ("seven", "7"), ("twenty one", "21"), ("twenty-one", "21"),
      ("Twenty degrees.", "20 degrees."),
      ("set it to twenty two degrees", "set it to 22 degrees"), ("a hundred", "100"),
      ("a hundred and five", "105"),
      ("two hundred and five", "205"), ("one hundred twenty", "120"), ("one thousand two hundred", "1200"),
      ("twelve hundred", "1200"), ("two hundred and fifty thousand", "250000"), ("one million", "1000000"),
      ("one hundred and two hundred", "100 and 200"), ("one thousand and two thousand", "1000 and 2000"),
      ("two million three hundred thousand and one", "2300001"), ("between five and ten", "between 5 and 10"),
      ("one two three", "1 2 3"), ("One, two, three.", "1, 2, 3."), ("one or two lights", "1 or 2 lights"),
      ("two or one", "2 or 1"), ("channel one", "channel 1"), ("set it to one.", "set it to 1."),
      ("wait one minute", "wait 1 minute"), ("thirty seconds", "30 seconds"),
      ("a thirty second timer", "a 30 second timer"),
      ("a five-minute timer", "a 5-minute timer"), ("a twenty-five-minute timer", "a 25-minute timer"),
      ("(twenty) or \"thirty\"?", "(20) or \"30\"?"), ("TWENTY", "20"), ("seven o'clock", "7 o'clock"),
      ("one o’clock", "1 o’clock"), ("twenty, thirty", "20, 30"),
      ("in five, no, six minutes", "in 5, no, 6 minutes"),
      // Signs and decimals
      ("minus five degrees", "-5 degrees"), ("ten minus five", "10 minus 5"), ("point five", "0.5"),
      ("zero point five", "0.5"), ("oh point five", "0.5"), ("set it to point two five", "set it to 0.25"),
      ("twenty one point five", "21.5"), ("three point one four one", "3.141"), ("one point oh five", "1.05"),
      ("two point twenty five", "2.25"), ("minus one point five", "-1.5"),
      ("one and a half hours", "1.5 hours"),
      // Percent
      ("fifty percent", "50%"), ("fifty per cent.", "50%."), ("one percent", "1%"),
      ("a hundred percent", "100%"),
      ("point five percent", "0.5%"), ("from ten to twenty percent", "from 10 to 20%"),
      // Ordinals
      ("the twenty first", "the 21st"), ("the tenth", "the 10th"), ("the twelfth floor", "the 12th floor"),
      ("May twenty-second", "May 22nd"), ("the thirty second floor", "the 32nd floor"),
      ("the two hundred and third", "the 203rd"),
      ("the one hundred and eleventh", "the 111th"), ("the thirty second timer", "the 30 second timer"),
      // Times and years
      ("at seven thirty", "at 7:30"), ("seven oh five", "7:05"), ("one fifteen", "1:15"),
      ("half past seven", "7:30"),
      ("at a quarter to eight", "at 7:45"), ("quarter past one", "1:15"), ("quarter to one", "12:45"),
      ("ten past six", "6:10"), ("at ten to six", "at 5:50"), ("from ten to six", "from 10 to 6"),
      ("five minutes past six", "6:05"), ("at nineteen thirty", "at 19:30"), ("seven p m", "7 pm"),
      ("seven p.m.", "7 p.m."),
      ("at seven thirty a m tomorrow", "at 7:30 am tomorrow"), ("nineteen eighty four", "1984"),
      ("twenty twenty six", "2026"), ("nineteen oh five", "1905"), ("two thousand and one", "2001"),
      ("five ten minutes", "5 10 minutes"), ("at this point five came", "at this point 5 came"),
    ] as [(String, String)])
  func `English numbers are written in digits`(said: String, written: String) {
    #expect(digits(said, "en") == written)
    #expect(digits(said, "en_GB") == written)
  }

  @Test(arguments: [
    "one of them", "no one", "No one, please.", "this one", "one light", "the one in the kitchen", "one more",
    "one day",
    "a second", "wait a second", "the first", "Second, turn it off.", "the third light", "one third",
    "two thirds",
    "three quarters", "half an hour", "a minute or two", "one another",
    "point of view",
    "a lot", "oh no", "hundreds of lights", "a", "o", "and", "Turn on the light.", "once", "tension",
    "someone", "anyone",
    "20 degrees", "it is 7:30", "set it to 21.5", "5 percent", "ten-ish", "seven-up", "to", "per cent",
    "minus", "and a half",
    "quarter", "past", "p m", "a m", "—", "... ?", "¿Qué?", "twenty's",
  ])
  func `English words that are not numbers are unchanged`(text: String) {
    #expect(digits(text, "en") == text)
  }

  @Test(
    arguments: [
      // Cardinals
      ("cero", "0"), ("veintiuno", "21"), ("treinta y dos", "32"), ("Treinta y dos grados.", "32 grados."),
      ("ciento veinte", "120"), ("cien", "100"), ("ciento uno", "101"), ("mil doscientos", "1200"),
      ("dos mil veintiséis", "2026"), ("doscientas cincuenta y una", "251"), ("quinientos mil", "500000"),
      ("un millón doscientos mil", "1200000"), ("dos millones", "2000000"), ("veintidós luces", "22 luces"),
      ("veintidos luces", "22 luces"), ("treinta y un días", "31 días"), ("mil vatios", "1000 vatios"),
      ("uno, dos, tres", "1, 2, 3"), ("uno dos tres", "1 2 3"), ("canal uno", "canal 1"), ("once", "11"),
      ("pon el volumen a uno.", "pon el volumen a 1."), ("treinta segundos", "30 segundos"),
      ("veinte y treinta", "20 y 30"),
      ("entre dos y tres", "entre 2 y 3"), ("¿Treinta o cuarenta?", "¿30 o 40?"), ("uno o dos", "1 o 2"),
      // Decimals and signs
      ("veintiuno coma cinco", "21,5"), ("veintiuno punto cinco", "21.5"), ("tres coma catorce", "3,14"),
      ("cero coma cero cinco", "0,05"), ("uno coma cinco", "1,5"), ("tres coma uno cuatro uno", "3,141"),
      ("menos cinco grados", "-5 grados"), ("diez menos cinco", "10 menos 5"), ("veintiuno y medio", "21,5"),
      ("dos y media horas", "2,5 horas"), ("al menos cinco grados", "al menos 5 grados"),
      // Percent
      ("cincuenta por ciento", "50%"), ("al cincuenta por ciento.", "al 50%."), ("cien por cien", "100%"),
      ("un uno por ciento", "un 1%"), ("cero coma cinco por ciento", "0,5%"), ("veinte porciento", "20%"),
      // Ordinals
      ("el décimo", "el 10.º"), ("la vigésima primera", "la 21.ª"),
      ("el vigésimo primer día", "el 21.er día"),
      ("decimotercero", "13.º"), ("duodécima", "12.ª"),
      // Times
      ("a las siete y media", "a las 7:30"), ("las ocho menos cuarto", "las 7:45"),
      ("la una y cuarto", "la 1:15"),
      ("la una menos cuarto", "la 12:45"), ("las siete y veinte", "las 7:20"),
      ("las siete y cinco", "las 7:05"),
      ("las diez menos diez", "las 9:50"), ("las siete treinta", "las 7:30"),
      ("las diecinueve treinta", "las 19:30"),
      ("a las siete", "a las 7"), ("a las siete y enciende la luz", "a las 7 y enciende la luz"),
      ("las siete y media de la tarde", "las 7:30 de la tarde"), ("ocho menos cuarto", "7:45"),
      ("las treinta y cinco luces", "las 35 luces"), ("las dos y tres", "las 2 y 3"),
      ("las veinte treinta luces", "las 20 30 luces"),
    ] as [(String, String)])
  func `Spanish numbers are written in digits`(said: String, written: String) {
    #expect(digits(said, "es") == written)
    #expect(digits(said, "es-MX") == written)
  }

  @Test(arguments: [
    "una luz", "un minuto", "uno de ellos", "una", "un", "cada uno", "la una", "una o dos", "un minuto o dos",
    "mil gracias",
    "la primera", "el primero", "tercer piso", "el segundo", "un segundo", "el cuarto", "la mitad",
    "media hora", "y media",
    "una de las luces", "coma cinco manzanas".replacing(" cinco", with: ""), "menos", "por ciento", "y",
    "en punto",
    "Enciende la luz.", "20 grados", "21,5", "las 7:30", "cientos de luces", "miles", "¿Qué?", "última",
    "la novena",
  ])
  func `Spanish words that are not numbers are unchanged`(text: String) {
    #expect(digits(text, "es") == text)
  }

  @Test(arguments: ["da", "de", "en", "es", "fr", "it", "nl", "pt"])
  func `numbers in digits agree with text2num`(language: String) throws {
    let rows = try Fixtures.text("numbers/\(language).tsv").split(separator: "\n")
    #expect(rows.count > 100)
    for row in rows {
      let columns = row.split(separator: "\t").map(String.init)
      #expect(digits(columns[0], language) == columns[1])
    }
  }

  @Test(
    arguments: [
      ("bg", "двадесет и един градуса", "21 градуса"), ("cs", "na jednadvacet stupňů", "na 21 stupňů"),
      ("da", "femogtyve procent", "25%"), ("de", "auf einundzwanzig Komma fünf Grad", "auf 21,5 Grad"),
      ("de", "um sieben Uhr dreißig", "um 7:30"), ("de", "eineinhalb Stunden", "1,5 Stunden"),
      ("el", "είκοσι δύο βαθμούς", "22 βαθμούς"), ("et", "kakskümmend kaks kraadi", "22 kraadi"),
      ("fi", "kahteenkymmeneenyhteen asteeseen", "21 asteeseen"),
      ("fr", "quatre-vingt-dix-sept pour cent", "97%"),
      ("fr", "soixante et onze degrés", "71 degrés"), ("hr", "dvadeset dva stupnja", "22 stupnja"),
      ("hu", "huszonkét fokra", "22 fokra"), ("it", "ventitré gradi", "23 gradi"),
      ("lt", "dvidešimt du laipsniai", "22 laipsniai"), ("lv", "divdesmit divi grādi", "22 grādi"),
      ("mt", "ħamsa u għoxrin", "25"), ("nl", "eenentwintig graden", "21 graden"),
      ("pl", "dwadzieścia dwa stopnie", "22 stopnie"), ("pt", "cinquenta por cento", "50%"),
      ("ro", "douăzeci şi doi de grade", "22 de grade"), ("ro", "douăzeci și doi de grade", "22 de grade"),
      ("ru", "через двадцать пять минут", "через 25 минут"), ("sk", "dvadsaťdva stupňov", "22 stupňov"),
      ("sl", "dvaindvajset stopinj", "22 stopinj"), ("sv", "om tjugofem minuter", "om 25 minuter"),
      ("tr", "yirmi bir buçuk dereceye", "21,5 dereceye"), ("tr", "yüzde altmış sekiz", "yüzde 68"),
      ("uk", "двадцять п’ять градусів", "25 градусів"),
    ] as [(String, String, String)])
  func `numbers of every language are written in digits`(language: String, said: String, written: String) {
    #expect(digits(said, language) == written)
  }

  @Test(
    arguments: [
      ("de", "mach ein Licht an"), ("de", "eine Minute"), ("fr", "allume un ventilateur neuf"),
      ("it", "chi sei"),
      ("nl", "een lamp"), ("pt", "liga uma lâmpada"), ("sv", "tänd en lampa"), ("da", "tænd en lampe"),
      ("hu", "kapcsolj fel egy lámpát"), ("el", "άναψε ένα φως"), ("ro", "aprinde o lumină"),
      ("pl", "włącz jedno światło"),
      ("ru", "включи один свет"), ("cs", "zapni jedno světlo"),
    ])
  func `articles and pronouns of every language are unchanged`(language: String, said: String) {
    #expect(digits(said, language) == said)
  }

  @Test(arguments: [nil, "eu", "pt1", "", "english", "e n", "@ en"])
  func `numbers in unknown languages stay in words`(language: String?) {
    #expect(digits("twenty dos sechs", language) == "twenty dos sechs")
  }

  @Test(
    arguments: [
      ("set the brightness to sixty eight", "set the brightness to 68"), ("sixty eight percent", "68%"),
      ("two lights", "two lights"), ("two of the five lights", "two of the five lights"),
      ("wait five minutes", "wait 5 minutes"), ("channel one", "channel 1"),
      ("the twelfth floor", "the twelfth floor"),
      ("twenty one", "twenty one"), ("minus five degrees", "-5 degrees"), ("at seven thirty", "at 7:30"),
      ("one and a half hours", "one and a half hours"), ("twenty one point five", "21.5"),
    ])
  func `only numbers where a value is expected are written in digits for Home Assistant`(
    said: String, written: String
  ) {
    #expect(Wording(numbers: .auto).word(spoken(said), language: "en").text == written)
  }

  @Test func `a number in digits spans its words' times and has their lowest confidence`() throws {
    let worded = Wording(numbers: .digits).word(spoken("to twenty one point five."), language: "en")
    #expect(worded.words.map(\.text) == ["to", "21.5."])
    #expect(worded.words[1].start == 1)
    #expect(worded.words[1].end == 4.75)
    #expect(abs(worded.words[1].confidence - 0.86) < 1e-6)
    #expect(worded.words[0] == words("to")[0])
  }

  @Test func `numbers stay in words by default`() {
    #expect(Wording().word(spoken("Twenty one."), language: "en") == spoken("Twenty one."))
  }

  @Test(arguments: ["de", "en", "es", "fr"], 1...60 as ClosedRange<UInt64>)
  func `numbers in digits keep all other words, their order and times`(language: String, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let vocabulary = [
      "de": [
        "ein", "eins", "zwei", "sieben", "zwanzig", "einundzwanzig", "und", "hundert", "tausend", "Million",
        "Komma", "Punkt",
        "Prozent", "Grad", "Uhr", "minus", "halb", "einhalb", "zwanzigste", "erste", "auf", "oder", "bis",
        "Minuten",
      ],
      "fr": [
        "un", "une", "deux", "neuf", "vingt", "quatre", "soixante", "dix", "et", "cent", "cents", "mille",
        "virgule",
        "pour", "degrés", "heures", "à", "ou", "demi", "et-un", "quatre-vingt-dix", "première", "vingtième",
        "moins",
      ],
      "en": [
        "one", "two", "seven", "ten", "nineteen", "twenty", "thirty", "hundred", "thousand", "million", "and",
        "a", "oh",
        "point", "percent", "half", "quarter", "past", "to", "at", "p", "m", "first", "second", "tenth",
        "minus", "or",
        "light", "minutes", "twenty-one", "five-minute", "zero", "third", "the",
      ],
      "es": [
        "uno", "una", "un", "dos", "siete", "diez", "veintiuno", "treinta", "y", "cien", "ciento", "mil",
        "millón",
        "millones", "coma", "punto", "por", "media", "medio", "menos", "cuarto", "las", "la", "a", "o", "luz",
        "grados",
        "décimo", "primer", "cero", "gracias", "doscientas",
      ],
    ][language, default: []]
    let marks = ["", "", "", "", ",", ".", "?", "…", "…\""]
    let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      (Int.random(in: 0...9, using: &random) == 0 ? "¿" : "")
        + (vocabulary.randomElement(using: &random) ?? "")
        + (marks.randomElement(using: &random) ?? "")
    }.joined(separator: " ")
    let said = spoken(text)
    let worded = Wording(numbers: .digits).word(said, language: language)
    // A word without a digit is an original word, in its place.
    for word in worded.words
    where !word.text.contains(where: \.isNumber) && !["am", "pm"].contains(word.text.prefix(2)) {
      #expect(said.words.contains(word), "\(text)")
    }
    // Times cover all words once and never decrease.
    #expect(worded.words.first?.start == said.words.first?.start)
    #expect(worded.words.last?.end == said.words.last?.end)
    for (word, next) in zip(worded.words, worded.words.dropFirst()) {
      #expect(word.start <= word.end && word.end < next.start)
      #expect(next.start - word.end < 0.5, "a word is lost in \(text)")
    }
    #expect(Wording(numbers: .digits).word(worded, language: language).text == worded.text, "\(text)")
  }
}

/// The characters by which phrases and pieces of a vocabulary are compared: in lower case, without accents and
/// apostrophes. Spaces, punctuation and signs are boundaries between words; adjacent ones are one boundary.
enum ComparedCharacters {
  /// The boundary between two words.
  static let boundary: UInt32 = 0x20

  /// Returns the characters of a text, as Unicode scalars.
  static func of(_ text: some StringProtocol) -> [UInt32] {
    var characters: [UInt32] = []
    characters.reserveCapacity(text.utf8.count)
    for character in text {
      if let ascii = character.asciiValue {
        append(UInt32(ascii | (character.isUppercase ? 0x20 : 0)), to: &characters, isASCII: true)
      } else if let plain = plainLetters[character] {
        characters += plain
      } else {
        for scalar in character.unicodeScalars { append(scalar, to: &characters) }
      }
    }
    return characters
  }

  private static func append(_ ascii: UInt32, to characters: inout [UInt32], isASCII: Bool) {
    switch UInt8(ascii) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      characters.append(ascii)
    case UInt8(ascii: "'"), UInt8(ascii: "`"):
      break
    default:
      appendBoundary(to: &characters)
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to characters: inout [UInt32]) {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .format, .modifierLetter:
      // Marks of the direction of writing, letters of no sound of their own, U+02BC.
      break
    case .nonspacingMark where accents.contains(scalar.value):
      break
    case _ where apostrophes.contains(scalar):
      break
    case _
    where properties.isAlphabetic || properties.numericType != nil || isMark(properties.generalCategory):
      characters += properties.lowercaseMapping.unicodeScalars.map(\.value).filter { !accents.contains($0) }
    default:
      appendBoundary(to: &characters)
    }
  }

  private static func isMark(_ category: Unicode.GeneralCategory) -> Bool {
    category == .nonspacingMark || category == .spacingMark
  }

  private static func appendBoundary(to characters: inout [UInt32]) {
    if characters.last != boundary { characters.append(boundary) }
  }

  /// Accents that stand apart from their letter.
  private static let accents: ClosedRange<UInt32> = 0x300...0x36F
  private static let apostrophes: Set<Unicode.Scalar> = ["’", "‘", "´", "ʹ", "′"]

  /// The letters with accents of the Latin, Greek and Cyrillic scripts without them. A character finds its entry
  /// whether its accent is a scalar of its own or not.
  private static let plainLetters: [Character: [UInt32]] = {
    let blocks: [ClosedRange<UInt32>] = [0xC0...0x24F, 0x370...0x45F, 0x1E00...0x1FFF]
    var byName: [String: UInt32] = [:]
    let scalars = ([0x61...0x7A] + blocks).joined().compactMap(Unicode.Scalar.init)
    for scalar in scalars {
      if let name = scalar.properties.name, !name.contains(" WITH ") { byName[name] = scalar.value }
    }
    var plain: [Character: [UInt32]] = [
      "ß": letters("ss"), "æ": letters("ae"), "Æ": letters("ae"), "œ": letters("oe"), "Œ": letters("oe"),
      "þ": letters("th"), "Þ": letters("th"), "ð": letters("d"), "Ð": letters("d"), "ı": letters("i"),
      "ё": [0x435], "Ё": [0x435], "ς": [0x3C3],
    ]
    for scalar in scalars {
      // "LATIN SMALL LETTER E WITH ACUTE"
      let lower = scalar.properties.lowercaseMapping.unicodeScalars
      guard let first = lower.first, let name = first.properties.name,
        let with = name.firstRange(of: " WITH "),
        let letter = byName[String(name[..<with.lowerBound])]
      else { continue }
      plain[Character(scalar)] = [letter]
    }
    return plain
  }()

  private static func letters(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}

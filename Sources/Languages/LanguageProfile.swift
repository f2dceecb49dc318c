internal import CLanguageGrams
internal import Glibc

/// The probabilities of letter n-grams in the languages of a script; see `CLanguageGrams.h`.
struct LanguageProfile: Sendable {
  /// A letter n-gram packed into one number, twelve bits per letter.
  typealias Run = UInt64

  /// The languages, in the order of the scores.
  let languages: [String]
  /// The index of each n-gram's first score in ``steps``.
  private var places: [Run: Int] = [:]
  /// Steps below the language in which an n-gram is most probable, as [n-grams, languages].
  private var steps: [UInt8] = []

  /// The natural logarithm of the factor between two neighbouring letters of the table.
  private static let step = 0.5
  /// The number of letters in the longest n-gram, including spaces around a word.
  private static let longest = 5

  // Read when they are first needed, which takes 8 ms and 1 MB: a client that names its language never needs them.
  static let latin = LanguageProfile(table: String(cString: lorikeet_language_grams_latin()))
  static let cyrillic = LanguageProfile(table: String(cString: lorikeet_language_grams_cyrillic()))

  static func profile(for script: Script) -> LanguageProfile? {
    switch script {
    case .latin: latin
    case .cyrillic: cyrillic
    case .greek, .other: nil
    }
  }

  private init(table: String) {
    let lines = table.unicodeScalars.split(separator: "\n")
    languages = lines[0].split(separator: " ").map(String.init)
    for line in lines.dropFirst() {
      let halves = line.split(separator: " ")
      guard halves.count == 2 else { continue }
      let run = halves[0].reduce(Run(0)) { Self.extend($0, with: $1 == "_" ? " " : $1) }
      places[run] = steps.count
      steps += halves[1].map { UInt8($0.value - 97) }
    }
  }

  /// Appends a letter. Twelve bits hold a letter of Latin, Greek or Cyrillic, except rare ones, which are in no n-gram.
  private static func extend(_ run: Run, with letter: Unicode.Scalar) -> Run {
    run << 12 | Run(letter.value < 0xFFF ? letter.value : 0xFFF)
  }

  /// Counts, at each letter, the longest known n-gram that ends there; keys are indices of its scores.
  func counts(in words: [Unicode.Scalar]) -> [Int: Int] {
    var counts: [Int: Int] = [:]
    var last: Run = 0
    for (index, letter) in words.enumerated() {
      last = Self.extend(last, with: letter)
      for length in stride(from: min(Self.longest, index + 1), to: 0, by: -1) {
        guard let place = places[last & (1 << (12 * Run(length)) - 1)] else { continue }
        counts[place, default: 0] += 1
        break
      }
    }
    return counts
  }

  /// Returns the logarithm of each language's probability, up to a common constant.
  func scores(of counts: [Int: Int]) -> [Double] {
    var scores = [Double](repeating: 0, count: languages.count)
    for (place, count) in counts {
      let weight = Self.step * log(Double(count + 1))
      for index in scores.indices { scores[index] -= weight * Double(steps[place + index]) }
    }
    return scores
  }
}

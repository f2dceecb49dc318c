/// Detects which of a few languages a text is in, by its script and by letter n-grams.
///
/// Naive Bayes over n-grams of up to five letters, with the probabilities of langid.py (Lui and Baldwin 2012,
/// "langid.py: An Off-the-shelf Language Identification Tool"): at each letter the longest known n-gram counts, and
/// repetitions count by their logarithm.
public struct LanguageDetector: Sendable {
  private let candidates: [Candidate]
  /// True if all candidate languages are supported.
  private let isComplete: Bool

  private struct Candidate: Sendable {
    /// The tag as the caller spelled it.
    var tag: String
    var language: String
    /// The language's primary script.
    var script: Script
  }

  /// The minimum lead of the most probable language over the next, in natural logarithms.
  private static let margin = 3.0
  /// The minimum number of known n-grams: fewer are a word or a name.
  private static let evidence = 3
  /// The maximum number of characters examined.
  private static let limit = 2000

  /// Creates a detector.
  ///
  /// - Parameter languages: BCP 47 tags of the candidates. If one of them is not supported, no language is detected.
  public init(among languages: [String]) {
    candidates = languages.compactMap { text in
      guard let tag = LanguageTag(text), let scripts = Script.scripts(of: tag) else { return nil }
      return Candidate(
        tag: text, language: tag.language, script: scripts.subtracting([.latin]).first ?? .latin)
    }
    isComplete = candidates.count == languages.count
  }

  /// Returns the tag of the text's language, spelled as in `init(among:)`; `nil` if it is not clear.
  public func language(of text: String) -> String? {
    guard isComplete else { return nil }
    let letters = Letters(text.prefix(Self.limit))
    guard let script = letters.script(among: Set(candidates.map(\.script))) else { return nil }
    let candidates = candidates.filter { $0.script == script }
    if candidates.count < 2 { return candidates.first?.tag }
    guard let profile = LanguageProfile.profile(for: script) else { return nil }
    let columns = candidates.map { profile.languages.firstIndex(of: $0.language) }
    let counts = profile.counts(in: letters.words)
    guard counts.count >= Self.evidence else { return nil }
    let scores = profile.scores(of: counts)
    var best: [(score: Double, tag: String)] = []
    for (candidate, column) in zip(candidates, columns) {
      guard let column else { return nil }
      best.append((scores[column], candidate.tag))
    }
    best.sort { $0.score > $1.score }
    return best[0].score - best[1].score >= Self.margin ? best[0].tag : nil
  }
}

/// The letters of a text; all other characters only separate words.
private struct Letters {
  /// Lowercase letters, hyphens and apostrophes, with one space before and after each word.
  private(set) var words: [Unicode.Scalar] = [" "]
  private var counts: [Script: Int] = [:]

  init(_ text: Substring) {
    for scalar in text.lowercased().unicodeScalars {
      let script = Script(of: scalar)
      if let script { counts[script, default: 0] += 1 }
      switch scalar {
      case _ where script != nil || scalar.properties.generalCategory == .nonspacingMark: words.append(scalar)
      case "'", "-": words.append(scalar)
      case "’": words.append("'")
      case _ where words.last != " ": words.append(" ")
      default: break
      }
    }
    if words.last != " " { words.append(" ") }
  }

  /// Returns the text's script among the candidates; `nil` if it is not clear. A quarter of the letters is enough for a
  /// non-Latin script, since names and abbreviations are Latin everywhere.
  func script(among possible: Set<Script>) -> Script? {
    let all = counts.values.reduce(0, +)
    let own = counts.filter { $0.key != .latin && possible.contains($0.key) }.max { $0.value < $1.value }
    if let own, 4 * own.value >= all { return own.key }
    let latin = counts[.latin] ?? 0
    return possible.contains(.latin) && latin > 0 && 2 * latin >= all ? .latin : nil
  }
}

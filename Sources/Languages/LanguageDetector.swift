/// Tells in which of a few languages a text is, by its script and by short runs of letters.
///
/// Naive Bayes over runs of up to five letters, with the probabilities of langid.py (Lui and Baldwin 2012, "langid.py: An
/// Off-the-shelf Language Identification Tool"): at each place the longest run that is known counts, and its
/// repetitions with their logarithm.
public struct LanguageDetector: Sendable {
  private let candidates: [Candidate]
  /// Whether all languages that are possible are known here.
  private let isComplete: Bool

  private struct Candidate: Sendable {
    /// As it is asked for.
    var tag: String
    var language: String
    /// The script in which it is written.
    var script: Script
  }

  /// How much more probable than the next one a language must be: the difference of natural logarithms.
  private static let margin = 3.0
  /// Runs of letters that must be known: less is a word or a name.
  private static let evidence = 3
  /// Letters that are looked at.
  private static let limit = 2000

  /// - Parameter languages: BCP 47 tags. Where one of them is not known here, nothing is found.
  public init(among languages: [String]) {
    candidates = languages.compactMap { text in
      guard let tag = LanguageTag(text), let scripts = Script.scripts(of: tag) else { return nil }
      return Candidate(
        tag: text, language: tag.language, script: scripts.subtracting([.latin]).first ?? .latin)
    }
    isComplete = candidates.count == languages.count
    // The tables are read here, and not when somebody waits.
    if candidates.count > 1 { _ = (LanguageProfile.latin, LanguageProfile.cyrillic) }
  }

  /// The tag of the text's language; `nil` if it is not clear.
  public func language(of text: String) -> String? {
    guard isComplete else { return nil }
    let letters = Letters(text.prefix(Self.limit))
    guard let script = letters.script(among: Set(candidates.map(\.script))) else { return nil }
    let candidates = candidates.filter { $0.script == script }
    if candidates.count < 2 { return candidates.first?.tag }
    guard let model = LanguageProfile.model(for: script) else { return nil }
    let columns = candidates.map { model.languages.firstIndex(of: $0.language) }
    let counts = model.counts(in: letters.words)
    guard counts.count >= Self.evidence else { return nil }
    let scores = model.scores(of: counts)
    var best: [(score: Double, tag: String)] = []
    for (candidate, column) in zip(candidates, columns) {
      guard let column else { return nil }
      best.append((scores[column], candidate.tag))
    }
    best.sort { $0.score > $1.score }
    return best[0].score - best[1].score >= Self.margin ? best[0].tag : nil
  }
}

/// A text's letters: what else it has only divides words.
private struct Letters {
  /// Small letters, hyphens and apostrophes, with one space before and behind each word.
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

  /// The script in which the text is, of those that are possible. A quarter of the letters is enough for one that is not
  /// Latin: names and abbreviations are Latin everywhere.
  func script(among possible: Set<Script>) -> Script? {
    let all = counts.values.reduce(0, +)
    let own = counts.filter { $0.key != .latin && possible.contains($0.key) }.max { $0.value < $1.value }
    if let own, 4 * own.value >= all { return own.key }
    let latin = counts[.latin] ?? 0
    return possible.contains(.latin) && latin > 0 && 2 * latin >= all ? .latin : nil
  }
}

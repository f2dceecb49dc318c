public import Transducer

/// How a transcript is worded: its form, and whether numbers are written in digits. It changes what is written, never
/// what was understood.
public struct Wording: Sendable, Equatable {
  public var form: Form
  public var numbers: Numbers

  /// How text is written.
  public enum Form: String, Sendable, CaseIterable {
    /// The model's pieces one after the other, as SentencePiece joins them: spaces stand where the model puts them.
    case raw
    /// The same with no space before closing marks.
    case clean
    /// As intent parsers like it: ``clean``, the first word in lower case, without the full stop at the end.
    case command
  }

  /// How numbers are written.
  public enum Numbers: String, Sendable, CaseIterable {
    /// As they were said.
    case words
    /// In digits, where the language is English or Spanish (inverse text normalisation).
    case digits
  }

  public init(form: Form = .clean, numbers: Numbers = .words) {
    self.form = form
    self.numbers = numbers
  }

  /// Words an utterance. A number that takes the place of several words lasts from the first to the last of them and is as
  /// sure as the least sure; tokens stay as they are.
  ///
  /// - Parameters:
  ///   - segments: What was said between pauses; a number does not reach over one.
  ///   - language: The language that is spoken, a BCP 47 tag. Without one no number is touched: "once" is eleven in one
  ///     language and a word of its own in another.
  ///   - languages: Those that are possible; if it is one only, that is the one spoken where none is named.
  /// - Returns: The segments, worded. The text of some is the beginning of the text of them and more.
  public func apply(
    to segments: [SpokenText], language: String?, languages: [String] = []
  ) -> [SpokenText] {
    let spoken = language ?? (languages.count == 1 ? languages.first : nil)
    let grammar = numbers == .digits ? Self.grammar(of: spoken) : nil
    var worded = segments.map { apply(to: $0, grammar) }
    guard form == .command else { return worded }
    if let first = worded.firstIndex(where: { !$0.words.isEmpty }) { worded[first].beginCommand() }
    if let last = worded.lastIndex(where: { !$0.words.isEmpty }) { worded[last].endCommand() }
    return worded
  }

  private func apply(to spoken: SpokenText, _ grammar: (any NumberGrammar)?) -> SpokenText {
    var worded = form == .raw ? spoken.asPieces : spoken
    guard let grammar else { return worded }
    let words = NumberWriting(grammar: grammar).apply(to: worded.words)
    // Raw text may have spaces that are no word's.
    if words != worded.words { worded.replaceWords(words) }
    return worded
  }

  private static func grammar(of language: String?) -> (any NumberGrammar)? {
    switch language?.prefix(while: { $0 != "-" && $0 != "_" }).lowercased() {
    case "en": EnglishNumbers()
    case "es": SpanishNumbers()
    default: nil
    }
  }
}

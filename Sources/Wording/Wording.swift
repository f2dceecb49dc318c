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
  /// - Parameter language: The language that is spoken, a BCP 47 tag. Without one no number is touched: "once" is eleven in
  ///   one language and a word of its own in another.
  public func apply(to spoken: SpokenText, language: String?) -> SpokenText {
    var worded = form == .raw ? spoken.asPieces : spoken
    if numbers == .digits, let grammar = Self.grammar(of: language) {
      worded.words = NumberWriting(grammar: grammar).apply(to: worded.words)
    }
    if form == .command { worded.words = worded.words.asCommand }
    // Raw text may have spaces that are no word's.
    if worded.words != spoken.words, form != .raw || numbers == .digits {
      worded.text = worded.words.map(\.text).joined(separator: " ")
    }
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

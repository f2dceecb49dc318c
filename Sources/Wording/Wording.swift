internal import SpokenNumbers
public import Transducer

/// The written form of a transcript: spacing, case, punctuation, and whether numbers are in digits. It never changes
/// which words were recognised.
public struct Wording: Sendable, Equatable {
  /// The form of the text.
  public var form: Form
  /// The notation of numbers.
  public var numbers: Numbers

  /// The form of a text.
  public enum Form: String, Sendable, CaseIterable {
    /// The model's pieces as SentencePiece joins them: spaces are where the model puts them.
    case raw
    /// The model's text without spaces before closing marks.
    case clean
    /// For models that write neither capitals nor marks: ``clean``, with a capital at the beginning and a full stop at
    /// the end.
    case sentence
    /// For intent parsers: ``clean``, with the first word in lowercase and without a final full stop.
    case command
  }

  /// The notation of numbers.
  public enum Numbers: String, Sendable, CaseIterable {
    /// As spoken, in words.
    case words
    /// In digits (inverse text normalisation).
    case digits
    /// In digits where a value is expected, such as before a unit; for Home Assistant.
    case auto
  }

  /// Creates a wording.
  public init(form: Form = .clean, numbers: Numbers = .words) {
    self.form = form
    self.numbers = numbers
  }

  /// True if the text can differ from language to language.
  public var dependsOnLanguage: Bool { numbers != .words || form == .sentence }

  /// Applies the wording to an utterance. A number that replaces several words spans their times and has the lowest of
  /// their confidences; tokens are unchanged.
  ///
  /// - Parameters:
  ///   - segments: The texts between pauses; a number never spans a pause.
  ///   - language: The spoken language, a BCP 47 tag. Without one, numbers are unchanged: "once" is eleven in Spanish
  ///     and a different word in English.
  ///   - languages: The possible languages; a single one is the default of `language`.
  ///   - isWhole: False if more segments can follow: a full stop that the wording adds is still missing then.
  /// - Returns: The worded segments. The text of the first segments is a prefix of the text of more of them.
  public func apply(
    to segments: [SpokenText], language: String?, languages: [String] = [], isWhole: Bool = true
  ) -> [SpokenText] {
    let spoken = language ?? (languages.count == 1 ? languages.first : nil)
    let spokenNumbers = numbers == .words ? nil : spoken.flatMap(SpokenNumbers.of(language:))
    var worded = segments.map { apply(to: $0, spokenNumbers) }
    switch form {
    case .raw, .clean: break
    case .sentence: SentenceForm(language: spoken).apply(to: &worded, isWhole: isWhole)
    case .command:
      if let first = worded.firstIndex(where: { !$0.words.isEmpty }) { worded[first].beginCommand() }
      if let last = worded.lastIndex(where: { !$0.words.isEmpty }) { worded[last].endCommand() }
    }
    return worded
  }

  private func apply(to spoken: SpokenText, _ spokenNumbers: SpokenNumbers?) -> SpokenText {
    var worded = form == .raw ? spoken.asPieces : spoken
    guard let spokenNumbers else { return worded }
    let words = spokenNumbers.written(worded.words, numbers == .digits ? .everywhere : .values)
    // Raw text can have spaces that belong to no word.
    if words != worded.words { worded.replaceWords(words) }
    return worded
  }
}

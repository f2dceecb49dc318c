internal import Languages
internal import Synchronization
internal import Transducer

/// The languages of a model: what may be written in each of them, and in which a transcript is.
final class SpokenLanguages: Sendable {
  private let model: ModelDescription
  private let forcesScript: Bool
  private let detector: LanguageDetector
  private let onUnknown: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    /// Made once for all languages with the same scripts.
    var masks: [Set<Script>: TokenMask] = [:]
    var reported: Set<String> = []
  }

  /// Clients may ask for anything; the log is not filled with it.
  private static let reportLimit = 16

  /// - Parameters:
  ///   - forcesScript: Whether tokens with letters of other scripts are masked where a language is asked for.
  ///   - onUnknown: Called once for each requested language that the model does not know.
  init(
    of model: ModelDescription, forcesScript: Bool, onUnknown: @escaping @Sendable (String) -> Void
  ) {
    self.model = model
    self.forcesScript = forcesScript
    self.onUnknown = onUnknown
    detector = LanguageDetector(among: model.languages)
  }

  /// The tokens that may be emitted in a language; `nil` for all.
  ///
  /// - Parameter language: The language asked for, a BCP 47 tag.
  func mask(for language: String?) -> TokenMask? {
    guard forcesScript, let language else { return nil }
    guard let scripts = scripts(of: language) else {
      reportUnsupported(language)
      return nil
    }
    return state.withLock { state in
      if let mask = state.masks[scripts] { return mask }
      let mask = TokenMask(model.vocabulary, allowing: scripts)
      state.masks[scripts] = mask
      return mask
    }
  }

  /// Reports, once, that a language was asked for in vain.
  func reportUnsupported(_ language: String) {
    // A client may send any text.
    let tag = String(
      language.unicodeScalars.filter { ("!"..."~").contains($0) }.prefix(35).map(Character.init))
    let isNew = state.withLock { state in
      !tag.isEmpty && state.reported.count < Self.reportLimit && state.reported.insert(tag).inserted
    }
    if isNew { onUnknown(tag) }
  }

  /// The language of a transcript for which none was asked; `nil` if it is not clear.
  func language(of text: String) -> String? { detector.language(of: text) }

  private func scripts(of language: String) -> Set<Script>? {
    guard let tag = LanguageTag(language) else { return nil }
    let known = model.languages.compactMap { LanguageTag($0)?.language }
    return known.isEmpty || known.contains(tag.language) ? Script.scripts(of: tag) : nil
  }
}

internal import Languages
internal import Synchronization
internal import Transducer

/// The languages of a model: the tokens allowed in each of them, and the detection of a transcript's language.
final class SpokenLanguages: Sendable {
  private let model: ModelDescription
  private let forcesScript: Bool
  private let detector: LanguageDetector
  private let onUnknown: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    /// The masks by scripts, each made once for all languages with these scripts.
    var masks: [Set<Script>: TokenMask] = [:]
    var reported: Set<String> = []
  }

  /// The most unknown languages that are reported: clients can request anything, and must not fill the log with it.
  private static let reportLimit = 16

  /// - Parameters:
  ///   - forcesScript: True if a requested language masks tokens with letters of other scripts.
  ///   - onUnknown: Called once for each requested language that the model does not know.
  init(
    of model: ModelDescription, forcesScript: Bool, onUnknown: @escaping @Sendable (String) -> Void
  ) {
    self.model = model
    self.forcesScript = forcesScript
    self.onUnknown = onUnknown
    detector = LanguageDetector(among: model.languages)
  }

  /// Returns the tokens that can be emitted in a language; `nil` for all tokens.
  ///
  /// - Parameter language: The requested language, a BCP 47 tag.
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

  /// Reports, once, a requested language that the model does not know.
  func reportUnsupported(_ language: String) {
    // A client can send any text.
    let tag = String(
      language.unicodeScalars.filter { ("!"..."~").contains($0) }.prefix(35).map(Character.init))
    let isNew = state.withLock { state in
      !tag.isEmpty && state.reported.count < Self.reportLimit && state.reported.insert(tag).inserted
    }
    if isNew { onUnknown(tag) }
  }

  /// Detects the language of a transcript; `nil` if it is not clear.
  func language(of text: String) -> String? { detector.language(of: text) }

  private func scripts(of language: String) -> Set<Script>? {
    guard let tag = LanguageTag(language) else { return nil }
    let known = model.languages.compactMap { LanguageTag($0)?.language }
    return known.isEmpty || known.contains(tag.language) ? Script.scripts(of: tag) : nil
  }
}

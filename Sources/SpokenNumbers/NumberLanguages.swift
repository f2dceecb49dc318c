internal import CNumberWords
internal import Glibc
internal import Synchronization

extension SpokenNumbers {
  private static let loaded = Mutex<[String: SpokenNumbers]>([:])

  /// Returns the numbers of a language; `nil` if there are no data for it. They are loaded when they are first asked for.
  ///
  /// - Parameter language: A BCP 47 tag, of which the language counts.
  public static func of(language: String) -> SpokenNumbers? {
    let language = language.prefix { $0 != "-" && $0 != "_" }.lowercased()
    return loaded.withLock { loaded in
      if let known = loaded[language] { return known }
      guard let rules = section(language, of: lorikeet_number_rules()) else { return nil }
      let context = section(language, of: lorikeet_number_contexts()) ?? ""
      let numbers = SpokenNumbers(rules: rules[...], context: context[...])
      loaded[language] = numbers
      return numbers
    }
  }

  /// Returns the lines after "@ LANGUAGE", up to the next language.
  private static func section(_ language: String, of table: UnsafePointer<CChar>) -> String? {
    guard !language.isEmpty, language.utf8.allSatisfy({ (97...122).contains($0) }),
      let heading = strstr(table, "\n@ \(language)\n"), let start = strchr(heading + 1, 10)
    else { return nil }
    let length = strstr(start, "\n@ ").map { $0 - UnsafeMutablePointer(start) } ?? strlen(start)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }
}

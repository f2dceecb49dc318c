/// The words of a language that show whether a command goes on.
struct EndingTable: Sendable {
  /// Words that end no command: articles, prepositions, conjunctions, possessives.
  let openWords: Set<String>
  /// Words that begin commands and questions.
  let openers: Set<String>
  /// Those of them that need more than an object: "set the lamp" is no command, "open the door" is one.
  let indirect: Set<String>
  /// Whole texts that are commands though they are short: "stop".
  let commands: Set<String>
  /// Whole texts that are no command yet: "set a timer".
  let unfinished: Set<String>
  /// Words between which and a number a unit is missing: "for ten".
  let measures: Set<String>
  /// Numbers in words.
  let numbers: Set<String>

  /// - Parameters: Words with blanks between them, or texts with commas between them in `commands` and `unfinished`.
  init(
    open: String, openers: String = "", indirect: String = "", commands: String = "", unfinished: String = "",
    measures: String = "",
    numbers: String = ""
  ) {
    func words(_ text: String, _ separator: Character = " ") -> Set<String> {
      Set(
        text.split(separator: separator).map {
          $0.split(separator: " ").map { String($0).compared }.joined(separator: " ")
        })
    }
    openWords = words(open)
    self.openers = words(openers)
    self.indirect = words(indirect)
    self.commands = words(commands, ",")
    self.unfinished = words(unfinished, ",")
    self.measures = words(measures)
    self.numbers = words(numbers)
  }

  private init(joining tables: some Collection<EndingTable>) {
    func all(_ part: KeyPath<EndingTable, Set<String>>) -> Set<String> {
      tables.reduce(into: []) { $0.formUnion($1[keyPath: part]) }
    }
    openWords = all(\.openWords)
    openers = all(\.openers)
    indirect = all(\.indirect)
    commands = all(\.commands)
    unfinished = all(\.unfinished)
    measures = all(\.measures)
    numbers = all(\.numbers)
  }

  /// True if a word is a number, in digits or in words.
  func isNumber(_ word: String) -> Bool {
    numbers.contains(word) || (!word.isEmpty && word.allSatisfy { $0.isNumber })
  }

  /// Returns the table of a language; without a language, all words of all languages.
  static func of(_ language: String?) -> EndingTable {
    guard let language else { return joined }
    return tables[String(language.prefix { $0 != "-" })] ?? none
  }

  private static let none = EndingTable(open: "")
  private static let joined = EndingTable(joining: tables.values)
}

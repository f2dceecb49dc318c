/// The text pieces that a model's token ids stand for, blank included.
public struct Vocabulary: Sendable {
  /// The pieces by token id; SentencePiece's U+2581, which marks the start of a word, has become a space.
  public let pieces: [String]
  /// The token that stands for "nothing is said here".
  public let blank: Int32

  /// How many tokens there are, blank included.
  public var count: Int { pieces.count }

  /// Reads `vocab.txt`: a line for each token, its piece and its id with a space between them.
  ///
  /// - Parameter text: The file. Ids begin at 0 and leave no gap; one of the pieces is `<blk>`.
  public init(parsing text: String) throws(VocabularyError) {
    var byID: [Int: String] = [:]
    var number = 0
    // By unicode scalars: a piece may be a combining mark, which must not merge with the newline before it.
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let line = line.last == "\r" ? line.dropLast() : line
      if line.isEmpty { continue }
      guard let space = line.lastIndex(of: " "), let id = Int(String(line[line.index(after: space)...]))
      else {
        throw .malformedLine(number, String(line.prefix(40)))
      }
      guard byID.updateValue(Self.piece(line[..<space]), forKey: id) == nil else {
        throw .repeatedID(id, line: number)
      }
    }
    var pieces: [String] = []
    for id in 0..<byID.count {
      guard let piece = byID[id] else { throw .missingID(id, of: byID.count) }
      pieces.append(piece)
    }
    guard let blank = pieces.firstIndex(of: "<blk>") else { throw .missingBlank }
    self.pieces = pieces
    self.blank = Int32(blank)
  }

  private static func piece(_ scalars: Substring.UnicodeScalarView) -> String {
    var result = String.UnicodeScalarView()
    for scalar in scalars { result.append(scalar == "\u{2581}" ? " " : scalar) }
    return String(result)
  }

  /// Whether a token is a mark for the model and no text: `<unk>`, `</s>`, `<|en|>`.
  public func isSpecial(_ id: Int32) -> Bool {
    Self.isSpecial(piece: pieces[Int(id)])
  }

  static func isSpecial(piece: String) -> Bool {
    piece.count > 2 && piece.first == "<" && piece.last == ">"
  }
}

/// Why a `vocab.txt` cannot be used.
public enum VocabularyError: Error, Sendable, Equatable, CustomStringConvertible {
  case malformedLine(Int, String)
  case repeatedID(Int, line: Int)
  case missingID(Int, of: Int)
  case missingBlank

  public var description: String {
    switch self {
    case .malformedLine(let number, let line):
      "line \(number) is \"\(line)\", expected a piece, a space and its id"
    case .repeatedID(let id, let line):
      "line \(line) gives the id \(id) a second time"
    case .missingID(let id, let count):
      "no piece has the id \(id), expected the ids 0 to \(count - 1)"
    case .missingBlank:
      "no piece is <blk>, which a transducer needs"
    }
  }
}

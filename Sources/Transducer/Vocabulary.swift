/// The text pieces of a model's token ids, including blank.
public struct Vocabulary: Sendable {
  /// The pieces by token id. SentencePiece's U+2581, which marks the start of a word, is replaced by a space.
  public let pieces: [String]
  /// The token that emits nothing.
  public let blank: Int32

  /// The number of tokens, including blank.
  public var count: Int { pieces.count }

  /// Parses `vocab.txt`: one line per token with its piece, a space and its id.
  ///
  /// - Parameter text: The file's content. Ids begin at 0 without gaps; one of the pieces is `<blk>`.
  /// - Throws: ``VocabularyError`` with the first line or id at fault.
  public init(parsing text: String) throws(VocabularyError) {
    var byID: [Int: String] = [:]
    var number = 0
    // By Unicode scalars: a piece can be a combining mark, which must not merge with the newline before it.
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

  /// Returns true if a token is a marker for the model and not text: `<unk>`, `</s>`, `<|en|>`.
  public func isSpecial(_ id: Int32) -> Bool {
    Self.isSpecial(piece: pieces[Int(id)])
  }

  static func isSpecial(piece: String) -> Bool {
    piece.count > 2 && piece.first == "<" && piece.last == ">"
  }
}

/// A fault in a `vocab.txt`.
public enum VocabularyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A line, counted from 1, is not a piece, a space and an id; with at most 40 characters of it.
  case malformedLine(Int, String)
  /// An id occurs a second time in a line, counted from 1.
  case repeatedID(Int, line: Int)
  /// An id below the number of pieces does not occur.
  case missingID(Int, of: Int)
  /// No piece is `<blk>`.
  case missingBlank

  /// The fault and the expected content.
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

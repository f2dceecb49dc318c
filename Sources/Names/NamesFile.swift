public import SystemPaths

/// A file of names, a line for each:
///
///     # The living room
///     Ecobee | eco bee
///     Natalie Sparkly : 2
///
/// A name can be followed by other spellings, each after a bar, and by a weight after a space and a colon.
public enum NamesFile {
  /// The accepted weights.
  static let weights: ClosedRange<Float> = 0.1...5
  /// The largest file that is read, in bytes.
  static let maximumBytes = 4 << 20

  /// Reads a file. Blocks.
  public static func read(_ path: String) throws(NamesFileError) -> [Name] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try Files.contents(of: path, atMost: maximumBytes)
    } catch {
      throw .unreadable(error)
    }
    return try parse(bytes, path: path)
  }

  /// Parses the content of a file.
  ///
  /// - Parameter path: The file's path, for errors.
  static func parse(_ bytes: [UInt8], path: String) throws(NamesFileError) -> [Name] {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .encoding(path: path) }
    var names: [Name] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = trimmed(line)
      guard !line.isEmpty, line.first != "#" else { continue }
      guard let name = name(line) else {
        throw .line(index + 1, String(line.prefix(60)), path: path)
      }
      names.append(name)
    }
    return names
  }

  /// Returns the name of a line; `nil` if it is none.
  private static func name(_ line: Substring) -> Name? {
    var line = line
    var weight: Float = 1
    if let colon = line.lastIndex(of: ":"), colon > line.startIndex,
      line[line.index(before: colon)].isWhitespace
    {
      guard let number = Float(trimmed(line[line.index(after: colon)...])), weights.contains(number) else {
        return nil
      }
      weight = number
      line = line[..<colon]
    }
    let spellings = line.split(separator: "|", omittingEmptySubsequences: false).map { String(trimmed($0)) }
    guard spellings.allSatisfy({ $0.contains { $0.isLetter || $0.isNumber } }) else { return nil }
    return Name(spellings[0], alternatives: Array(spellings.dropFirst()), weight: weight)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return start[...last]
  }
}

/// A fault in a file of names.
public enum NamesFileError: Error, Sendable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(FileError)
  /// The file is not UTF-8.
  case encoding(path: String)
  /// A line, counted from 1, is not a name; with at most 60 characters of it.
  case line(Int, String, path: String)

  /// The fault and the expected content.
  public var description: String {
    switch self {
    case .unreadable(let error):
      "cannot read names from \(error)"
    case .encoding(let path):
      "cannot read names from \(path): it is not UTF-8"
    case .line(let number, let text, let path):
      "cannot read names from \(path): line \(number) is \"\(text)\", expected NAME, NAME | OTHER SPELLING or NAME : WEIGHT with a weight from 0.1 to 5"
    }
  }
}

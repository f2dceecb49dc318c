import Multipart

/// A form that is read at once, in the plainest way: what the parser must find in the same bytes.
struct FormReference {
  /// A part, and as much of its content as is certain.
  struct Part: Equatable {
    var part: MultipartPart
    var content: [UInt8] = []
    /// True if the boundary after the content is there.
    var isEnded = false
  }

  /// The parts up to the error.
  private(set) var parts: [Part] = []
  /// The error; `nil` if the form has its last boundary.
  private(set) var error: MultipartError?

  private static let lineBreak: [UInt8] = [0x0D, 0x0A]
  private static let blanks: [UInt8] = [0x20, 0x09]

  /// Reads a form.
  init(_ stream: [UInt8], boundary: String, limits: MultipartParser.Limits) {
    let delimiter = Self.lineBreak + Array("--\(boundary)".utf8)
    do throws(MultipartError) {
      var rest = (Self.lineBreak + stream)[...]
      guard Self.take(upTo: delimiter, of: &rest) != nil else { throw .incomplete }
      while try Self.takesPart(behindBoundary: &rest, limits) {
        guard parts.count < limits.parts else { throw .tooManyParts(limit: limits.parts) }
        guard let headers = Self.take(upTo: Self.lineBreak + Self.lineBreak, of: &rest) else {
          // The end of the rest can be all but the last byte of the mark.
          guard rest.count - 3 - 2 <= limits.headerBytes else {
            throw .headersTooLong(limit: limits.headerBytes)
          }
          throw .incomplete
        }
        guard headers.count - 2 <= limits.headerBytes else {
          throw .headersTooLong(limit: limits.headerBytes)
        }
        parts.append(Part(part: try Self.part(with: headers)))
        guard let content = Self.take(upTo: delimiter, of: &rest) else {
          let doubtful = (1..<delimiter.count).last { rest.suffix($0).elementsEqual(delimiter.prefix($0)) }
          parts[parts.count - 1].content = rest.dropLast(doubtful ?? 0)
          throw .incomplete
        }
        parts[parts.count - 1].content = Array(content)
        parts[parts.count - 1].isEnded = true
      }
    } catch {
      self.error = error
    }
  }

  /// Takes what follows a boundary, but for the line break before the headers.
  ///
  /// - Returns: False at the end of the form.
  private static func takesPart(
    behindBoundary rest: inout ArraySlice<UInt8>, _ limits: MultipartParser.Limits
  ) throws(MultipartError) -> Bool {
    if rest.count < 2 { throw .incomplete }
    if rest.starts(with: "--".utf8) { return false }
    let line = rest.drop { blanks.contains($0) }
    guard rest.count - line.count <= limits.headerBytes else { throw .afterBoundary }
    guard line.starts(with: lineBreak) else {
      throw line.isEmpty || line.elementsEqual(lineBreak.prefix(1)) ? .incomplete : .afterBoundary
    }
    rest = line
    return true
  }

  /// Takes the bytes before the first occurrence of `mark`, and the mark.
  private static func take(upTo mark: [UInt8], of rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var place = rest.startIndex
    while let found = rest[place...].firstIndex(of: mark[0]) {
      if rest[found...].starts(with: mark) {
        defer { rest = rest[(found + mark.count)...] }
        return rest[..<found]
      }
      place = found + 1
    }
    return nil
  }

  /// Parses headers as those of a form that has nothing else.
  private static func part(with headers: ArraySlice<UInt8>) throws(MultipartError) -> MultipartPart {
    var parser = try MultipartParser(boundary: "b")
    let pieces = try parser.append(Array("--b".utf8) + headers + lineBreak + lineBreak)
    guard case .part(let part) = pieces.first else { throw .incomplete }
    return part
  }
}

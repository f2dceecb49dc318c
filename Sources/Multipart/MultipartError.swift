/// A form that cannot be read.
public enum MultipartError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The content type has no boundary, or one that is not allowed.
  case boundary
  /// A boundary is followed by something else than the end of a line or of the form.
  case afterBoundary
  /// There are more parts than the limit.
  case tooManyParts(limit: Int)
  /// The headers of a part exceed the limit, in bytes.
  case headersTooLong(limit: Int)
  /// The headers of a part are not UTF-8.
  case headersNotUTF8
  /// A line of the headers has no colon, or a quote without an end. The line is as ``unreadable(_:)`` shows it.
  case header(String)
  /// A part has no `Content-Disposition` with a name.
  case partWithoutName
  /// The form ends before its last boundary.
  case incomplete

  /// The reason in one line.
  public var description: String {
    switch self {
    case .boundary: "the content type has no boundary of 1 to 70 characters"
    case .afterBoundary: "a boundary is not followed by a line break"
    case .tooManyParts(let limit): "the form has more than \(limit) parts"
    case .headersTooLong(let limit): "a part's headers are longer than \(limit) bytes"
    case .headersNotUTF8: "a part's headers are not UTF-8"
    case .header(let line): "a part's header cannot be read: \(line)"
    case .partWithoutName: "a part has no Content-Disposition with a name"
    case .incomplete: "the form ends before its last boundary"
    }
  }

  /// The error for a line of the headers: its beginning, with control characters as escapes.
  static func unreadable(_ line: Substring.UnicodeScalarView) -> MultipartError {
    .header(
      line.prefix(80).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
        default: String(scalar)
        }
      }.joined())
  }

  /// True if a limit is exceeded, and the form may be valid.
  public var isLimit: Bool {
    switch self {
    case .tooManyParts, .headersTooLong: true
    default: false
    }
  }
}

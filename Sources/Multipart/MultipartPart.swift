/// The headers of a form's part.
public struct MultipartPart: Sendable, Equatable {
  /// The name of the field.
  public var name: String
  /// The name of the file; `nil` if the part is no file. It is for people: it never names a file of this machine.
  public var filename: String?
  /// The content type, if it is given.
  public var contentType: String?

  /// Creates the headers of a part.
  public init(name: String, filename: String? = nil, contentType: String? = nil) {
    self.name = name
    self.filename = filename
    self.contentType = contentType
  }

  /// Parses the lines before the empty line. Marks are compared as scalars: a combining one must not hide a quote.
  init(headers: String) throws(MultipartError) {
    var disposition: [String: String]?
    for line in headers.unicodeScalars.split(whereSeparator: { $0 == "\r" || $0 == "\n" }) {
      guard let colon = line.firstIndex(of: ":") else { throw .unreadable(line) }
      let value = line[line.index(after: colon)...]
      switch String(line[..<colon]).lowercased() {
      case "content-disposition": disposition = try Self.parameters(of: value)
      case "content-type": contentType = value.trimmed
      default: break
      }
    }
    guard let disposition, let name = disposition["name"] else { throw .partWithoutName }
    self.name = name
    // RFC 7578 forbids `filename*`, but some clients send it, and then only that one.
    filename = disposition["filename"] ?? disposition["filename*"]
  }

  /// Parses `form-data; name="file"; filename="a.wav"`; the first of two parameters with one name counts.
  private static func parameters(
    of text: Substring.UnicodeScalarView
  ) throws(MultipartError) -> [String: String] {
    var parameters: [String: String] = [:]
    var rest = text.drop { $0 != ";" }
    while rest.first == ";" {
      rest = rest.dropFirst()
      let name = rest.prefix { $0 != "=" && $0 != ";" }
      rest = rest.dropFirst(name.count)
      guard rest.first == "=" else { continue }
      let key = name.trimmed.lowercased()
      guard let value = value(&rest) else { throw .unreadable(text) }
      parameters[key] = parameters[key] ?? value
      rest = rest.drop { $0 != ";" }
    }
    return parameters
  }

  /// Takes `=` and a token or a quoted text, in which a backslash escapes a quote or a backslash.
  ///
  /// - Returns: `nil` if the text has no closing quote.
  private static func value(_ rest: inout Substring.UnicodeScalarView) -> String? {
    rest = rest.dropFirst().drop(while: \.isBlank)
    guard rest.first == "\"" else {
      let token = rest.prefix { $0 != ";" }
      rest = rest.dropFirst(token.count)
      return token.trimmed
    }
    rest = rest.dropFirst()
    var value = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(value) }
      if scalar == "\\", let next = rest.first, next == "\"" || next == "\\" {
        value.append(next)
        rest = rest.dropFirst()
      } else {
        value.append(scalar)
      }
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

extension Substring.UnicodeScalarView {
  fileprivate var trimmed: String {
    let start = drop(while: \.isBlank)
    guard let last = start.lastIndex(where: { !$0.isBlank }) else { return "" }
    return String(start[...last])
  }
}

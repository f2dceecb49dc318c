import Multipart

/// The invariants for any form that a client can send, shared by the fuzzer in `Fuzzing` and the test of its corpus.
///
/// An input is the boundary, a line feed and the form. After the last 0xFF follow the sizes of the pieces in which the
/// form arrives, one byte each and used in turn: 0 to 127 for 1 to 128 bytes, more for multiples of 64.
enum FormInvariants {
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  /// What a parser makes of a form.
  private struct Outcome {
    var parts: [FormReference.Part] = []
    var error: MultipartError?
    /// True if the error was not thrown by `finish`: the pieces before it in the same bytes are lost.
    var isInterrupted = false
  }

  /// Limits low enough for short inputs to exceed them.
  private static let limits = {
    var limits = MultipartParser.Limits()
    (limits.parts, limits.headerBytes) = (4, 128)
    return limits
  }()

  /// Checks all invariants for an input.
  ///
  /// - Throws: The first violation.
  static func check(_ input: [UInt8]) throws(Violation) {
    let end = input.lastIndex(of: 0xFF) ?? input.count
    let sizes = input[end...].dropFirst().map { Int($0) }
    let boundary = String(decoding: input[..<end].prefix { $0 != 0x0A }, as: UTF8.self)
    let stream = Array(input[..<end].drop { $0 != 0x0A }.dropFirst())
    do {
      _ = try MultipartParser(boundary: boundary)
    } catch {
      try hold(error == .boundary, "\(boundary): \(error)")
      return try checkMessage(of: error)
    }
    let expected = FormReference(stream, boundary: boundary, limits: limits)
    try compare(try parse(stream, boundary, limits, sizes: []), expected, "at once")
    try compare(try parse(stream, boundary, limits, sizes: sizes), expected, "in pieces")
    if let error = expected.error { try checkMessage(of: error) }
    try checkRoundTrip(of: expected.parts.filter(\.isEnded), boundary, sizes: sizes)
  }

  private static func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(description: what()) }
  }

  private static func compare(
    _ outcome: Outcome, _ expected: FormReference, _ how: String
  ) throws(Violation) {
    try hold(
      outcome.error == expected.error,
      "\(how): \(String(describing: outcome.error)) instead of \(String(describing: expected.error))")
    guard outcome.isInterrupted else {
      return try hold(
        outcome.parts == expected.parts, "\(how): \(outcome.parts) instead of \(expected.parts)")
    }
    try hold(outcome.parts.count <= expected.parts.count, "\(how): \(outcome.parts)")
    for (part, whole) in zip(outcome.parts, expected.parts) {
      let isRight = part.isEnded ? part == whole : whole.content.starts(with: part.content)
      try hold(isRight && part.part == whole.part, "\(how): \(part) instead of \(whole)")
    }
  }

  /// Checks an error's text, which ends up in a log and in an answer.
  private static func checkMessage(of error: MultipartError) throws(Violation) {
    let text = error.description
    let isLine = text.unicodeScalars.allSatisfy { scalar in
      ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    try hold(text.utf8.count < 1024 && isLine, "not a short line: \(text)")
  }

  /// Checks that parts are read back unchanged from a form that has them.
  private static func checkRoundTrip(
    of parts: [FormReference.Part], _ boundary: String, sizes: [Int]
  ) throws(Violation) {
    let again = try parse(form(of: parts, boundary), boundary, .init(), sizes: sizes)
    try hold(again.error == nil, "\(parts) is read back with \(String(describing: again.error))")
    try hold(again.parts == parts, "\(parts) is read back as \(again.parts)")
    for (part, other) in zip(parts, again.parts) {
      // Texts with the same characters can differ in their bytes.
      try hold(
        part.part.name.utf8.elementsEqual(other.part.name.utf8)
          && (part.part.filename ?? "").utf8.elementsEqual((other.part.filename ?? "").utf8),
        "\(part) is read back as \(other)")
    }
  }

  private static func form(of parts: [FormReference.Part], _ boundary: String) -> [UInt8] {
    func quoted(_ text: String) -> String {
      "\""
        + String(
          String.UnicodeScalarView(
            text.unicodeScalars.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })) + "\""
    }
    var bytes: [UInt8] = []
    for part in parts {
      bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\(quoted(part.part.name))".utf8
      if let filename = part.part.filename { bytes += "; filename=\(quoted(filename))".utf8 }
      if let contentType = part.part.contentType { bytes += "\r\nContent-Type: \(contentType)".utf8 }
      bytes += "\r\n\r\n".utf8
      bytes += part.content
      bytes += "\r\n".utf8
    }
    return bytes + "--\(boundary)--\r\n".utf8
  }

  private static func parse(
    _ stream: [UInt8], _ boundary: String, _ limits: MultipartParser.Limits, sizes: [Int]
  ) throws(Violation) -> Outcome {
    var outcome = Outcome()
    var parser: MultipartParser
    do { parser = try MultipartParser(boundary: boundary, limits: limits) } catch {
      throw Violation(description: "\(boundary): \(error)")
    }
    var (fed, piece) = (0, 0)
    repeat {
      var size = stream.count
      if !sizes.isEmpty {
        let code = sizes[piece % sizes.count]
        size = code < 128 ? code + 1 : (code - 127) * 64
      }
      let end = min(stream.count, fed + size)
      let pieces: [MultipartParser.Piece]
      do { pieces = try parser.append(stream[fed..<end]) } catch {
        (outcome.error, outcome.isInterrupted) = (error, true)
        return outcome
      }
      for piece in pieces { try take(piece, &outcome.parts) }
      (fed, piece) = (end, piece + 1)
    } while fed < stream.count
    do { try parser.finish() } catch { outcome.error = error }
    try checkMemory(of: parser, boundary, limits)
    return outcome
  }

  private static func take(
    _ piece: MultipartParser.Piece, _ parts: inout [FormReference.Part]
  ) throws(Violation) {
    let isOpen = parts.last.map { !$0.isEnded } ?? false
    switch piece {
    case .part(let part):
      try hold(!isOpen, "\(part) begins before the end of the last part")
      parts.append(FormReference.Part(part: part))
    case .content(let bytes):
      try hold(isOpen && !bytes.isEmpty, "\(bytes.count) bytes of content")
      parts[parts.count - 1].content += bytes
    case .partEnd:
      try hold(isOpen, "an end of no part")
      parts[parts.count - 1].isEnded = true
    }
  }

  /// Checks that the parser keeps no more than headers with the mark at their end, or the beginning of a boundary.
  private static func checkMemory(
    of parser: MultipartParser, _ boundary: String, _ limits: MultipartParser.Limits
  ) throws(Violation) {
    guard let buffer = Mirror(reflecting: parser).descendant("buffer") as? [UInt8] else {
      throw Violation(description: "the parser has no buffer")
    }
    let limit = max(limits.headerBytes + 5, boundary.utf8.count + 3)
    try hold(buffer.count <= limit, "\(buffer.count) bytes are kept")
  }
}

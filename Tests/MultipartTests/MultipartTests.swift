import Testing

@testable import Multipart

@Suite struct `A form` {
  /// Parses a body in pieces of `size` bytes, and joins the contents of each part.
  private func parts(
    of body: String, boundary: String = "b", size: Int = .max, limits: MultipartParser.Limits = .init()
  ) throws(MultipartError) -> [(part: MultipartPart, content: String)] {
    var parser = try MultipartParser(boundary: boundary, limits: limits)
    var parts: [(part: MultipartPart, content: [UInt8])] = []
    var rest = Array(body.utf8)[...]
    while !rest.isEmpty {
      for piece in try parser.append(rest.prefix(size)) {
        switch piece {
        case .part(let part): parts.append((part, []))
        case .content(let bytes): parts[parts.count - 1].content += bytes
        case .partEnd: break
        }
      }
      rest = rest.dropFirst(size)
    }
    try parser.finish()
    return parts.map { ($0.part, String(decoding: $0.content, as: UTF8.self)) }
  }

  private static let usual = """
    --b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n\
    --b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n\
    RIFF\r\n--\r\n--c\r\n\r\n-\r\n--b--\r\n
    """

  @Test(arguments: [1, 2, 3, 7, 64, 1000])
  func `a form is the same in pieces of any size`(size: Int) throws {
    let parts = try parts(of: Self.usual, size: size)
    #expect(parts.map(\.part.name) == ["model", "file"])
    #expect(parts.map(\.content) == ["whisper-1", "RIFF\r\n--\r\n--c\r\n\r\n-"])
    #expect(parts[1].part == MultipartPart(name: "file", filename: "a.wav", contentType: "audio/wav"))
  }

  @Test func `what is before and after a form is ignored`() throws {
    let parts = try parts(of: "preamble\r\n\(Self.usual)--b\r\nanything")
    #expect(parts.count == 2)
  }

  @Test func `a part can be empty, and have more headers`() throws {
    let parts = try parts(
      of: "--b  \r\nX-A: 1\r\ncontent-disposition: form-data;name=a;x\r\n\r\n\r\n--b--")
    #expect(parts.map(\.content) == [""])
    #expect(parts[0].part == MultipartPart(name: "a"))
  }

  @Test(
    arguments: [
      (#"form-data; name="a\"b\\c"; filename="x;y=z""#, #"a"b\c"#, "x;y=z"),
      (#"form-data; filename="a\u{0600}"; name="file""#, "file", "a\u{0600}"),
      (#"form-data; filename="\u{0301}a"; name="file""#, "file", "\u{0301}a"),
      (#"form-data; name="file"; filename*=UTF-8''a.wav"#, "file", "UTF-8''a.wav"),
      (#"form-data; name=one; name=two"#, "one", nil),
    ] as [(String, String, String?)])
  func `the names of a part are read as they are written`(header: String, name: String, filename: String?)
    throws
  {
    let header = header.replacing(#"\u{0600}"#, with: "\u{0600}").replacing(#"\u{0301}"#, with: "\u{0301}")
    let part = try MultipartPart(headers: "Content-Disposition: \(header)")
    #expect(part.name == name)
    if let filename { #expect(part.filename == filename) }
  }

  @Test(
    arguments: [
      ("--b\r\n\r\n\r\n--b--", .partWithoutName), ("--b\r\nno colon\r\n\r\n\r\n--b--", .header("no colon")),
      ("--bx\r\n", .afterBoundary), ("--b-x", .afterBoundary), ("", .incomplete), ("--b", .incomplete),
      ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nabc", .incomplete),
    ] as [(String, MultipartError)])
  func `a form that is wrong is refused`(body: String, error: MultipartError) {
    #expect(throws: error) { try parts(of: body) }
    #expect(throws: error) { try parts(of: body, size: 1) }
  }

  @Test func `a form with too many parts, or endless headers, is refused`() {
    var limits = MultipartParser.Limits()
    (limits.parts, limits.headerBytes) = (2, 100)
    let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
    #expect(throws: MultipartError.tooManyParts(limit: 2)) {
      try parts(of: part + part + part, limits: limits)
    }
    let endless = "--b\r\nX: " + String(repeating: "x", count: 200)
    #expect(throws: MultipartError.headersTooLong(limit: 100)) { try parts(of: endless, limits: limits) }
  }

  @Test(arguments: [.max, 1, 2, 100])
  func `headers of just the permitted length are taken whatever the pieces`(size: Int) throws {
    let disposition = "Content-Disposition: form-data; name=a"
    var limits = MultipartParser.Limits()
    limits.headerBytes = disposition.utf8.count
    #expect(try parts(of: "--b\r\n\(disposition)\r\n\r\n\r\n--b--", size: size, limits: limits).count == 1)
    #expect(throws: MultipartError.headersTooLong(limit: limits.headerBytes)) {
      try parts(of: "--b\r\n\(disposition)b\r\n\r\n\r\n--b--", size: size, limits: limits)
    }
  }

  @Test(arguments: [.max, 1, 2, 100])
  func `blanks after a boundary are taken or refused whatever the pieces`(size: Int) throws {
    var limits = MultipartParser.Limits()
    limits.headerBytes = 100
    func form(blanks: Int) -> String {
      "--b" + String(repeating: " ", count: blanks)
        + "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--"
    }
    #expect(try parts(of: form(blanks: 100), size: size, limits: limits).count == 1)
    #expect(throws: MultipartError.afterBoundary) {
      try parts(of: form(blanks: 101), size: size, limits: limits)
    }
  }

  @Test(
    arguments: [
      ("\u{1B}[2J\u{7} no colon", #"\u{1B}[2J\u{07} no colon"#),
      ("a\u{85}\u{2028}", #"a\u{0085}\u{2028}"#),
      ("a" + String(repeating: "\u{301}", count: 5000), "a" + String(repeating: "\u{301}", count: 79)),
    ])
  func `the error for a header with control characters or many marks is a short line`(
    header: String, shown: String
  ) {
    #expect(throws: MultipartError.header(shown)) { try parts(of: "--b\r\n\(header)\r\n\r\n\r\n--b--") }
  }

  @Test(arguments: ["", String(repeating: "b", count: 71), "b\u{e9}", "b\n"])
  func `a boundary that no form can have is refused`(boundary: String) {
    #expect(throws: MultipartError.boundary) { try MultipartParser(boundary: boundary) }
  }

  @Test func `a part of any length is passed on as it comes`() throws {
    var parser = try MultipartParser(boundary: "b")
    _ = try parser.append("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8)
    var count = 0
    for _ in 0..<100 {
      for case .content(let bytes) in try parser.append(Array(repeating: 0x0D, count: 10_000)) {
        count += bytes.count
      }
    }
    // All but a possible beginning of a boundary.
    #expect(count >= 1_000_000 - 5)
  }
}

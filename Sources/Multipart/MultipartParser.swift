/// Parses the body of a form (`multipart/form-data`) as it arrives.
///
/// It keeps no more of a part's content than may be the beginning of a boundary, and passes the content on in pieces: a
/// form of any length takes no more memory than its longest headers.
///
/// Sources: RFC 2046, section 5.1; RFC 7578.
public struct MultipartParser: Sendable {
  /// A piece of a form, in order.
  public enum Piece: Sendable, Equatable {
    /// A part begins.
    case part(MultipartPart)
    /// The next bytes of the part's content.
    case content([UInt8])
    /// The part ends.
    case partEnd
  }

  /// The limits of a form.
  public struct Limits: Sendable, Equatable {
    /// The maximum number of parts.
    public var parts = 1000
    /// The maximum length of a part's headers, in bytes.
    public var headerBytes = 16_384

    /// Creates the default limits.
    public init() {}
  }

  private enum State {
    /// Before the first boundary: what is there is ignored.
    case preamble
    /// After a boundary: a line break for a part, or two hyphens for the end of the form.
    case boundary
    case headers
    case content
    /// After the last boundary: what is there is ignored.
    case epilogue
  }

  private let limits: Limits
  /// CR LF, two hyphens and the boundary.
  private let delimiter: [UInt8]
  private var state = State.preamble
  /// The bytes that are not used yet. The first boundary needs no line break before it, so that one is added here.
  private var buffer: [UInt8] = [0x0D, 0x0A]
  private var partCount = 0

  /// Creates a parser.
  ///
  /// - Parameter boundary: The parameter `boundary` of the content type, 1 to 70 characters.
  public init(boundary: String, limits: Limits = Limits()) throws(MultipartError) {
    guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
    else {
      throw .boundary
    }
    self.limits = limits
    delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + Array(boundary.utf8)
  }

  /// Takes the next bytes, which can be split anywhere, and returns the pieces that they complete.
  public mutating func append(_ bytes: some Collection<UInt8>) throws(MultipartError) -> [Piece] {
    guard state != .epilogue else { return [] }
    buffer.append(contentsOf: bytes)
    var pieces: [Piece] = []
    while try advance(&pieces) {}
    return pieces
  }

  /// Ends the form.
  ///
  /// - Throws: ``MultipartError/incomplete`` if its last boundary is missing.
  public func finish() throws(MultipartError) {
    guard state == .epilogue else { throw .incomplete }
  }

  /// Returns the number of bytes of content that are still to come, if the part that arrives is the form's last.
  ///
  /// - Parameter count: The number of bytes of the form that are still to come.
  public func remainingContent(in count: Int) -> Int {
    // Two hyphens and a line break end the form.
    max(0, buffer.count + count - delimiter.count - 4)
  }

  /// Uses some of the buffer.
  ///
  /// - Returns: False if more bytes are needed.
  private mutating func advance(_ pieces: inout [Piece]) throws(MultipartError) -> Bool {
    switch state {
    case .preamble:
      guard takeContent() != nil else { return false }
      state = .boundary
      return true
    case .boundary: return try takeBoundaryEnd()
    case .headers:
      guard let part = try takeHeaders() else { return false }
      pieces.append(.part(part))
      state = .content
      return true
    case .content:
      guard let content = takeContent() else {
        // All but what may be the beginning of a delimiter.
        let certain = buffer.count - possibleDelimiter()
        if certain > 0 {
          pieces.append(.content(Array(buffer[..<certain])))
          buffer.removeFirst(certain)
        }
        return false
      }
      if !content.isEmpty { pieces.append(.content(content)) }
      pieces.append(.partEnd)
      state = .boundary
      return true
    case .epilogue:
      buffer = []
      return false
    }
  }

  /// Takes the bytes before the next delimiter, and the delimiter; `nil` if there is none yet.
  private mutating func takeContent() -> [UInt8]? {
    guard let place = place(of: delimiter) else {
      // What comes before the form is dropped at once.
      if state == .preamble { buffer.removeFirst(buffer.count - possibleDelimiter()) }
      return nil
    }
    defer { buffer.removeFirst(place + delimiter.count) }
    return Array(buffer[..<place])
  }

  /// Takes what follows a boundary: blanks and a line break, or two hyphens.
  private mutating func takeBoundaryEnd() throws(MultipartError) -> Bool {
    guard buffer.count >= 2 else { return false }
    if buffer[0] == 0x2D, buffer[1] == 0x2D {
      state = .epilogue
      return true
    }
    let end = buffer.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? buffer.count
    guard end <= limits.headerBytes else { throw .afterBoundary }
    guard end + 1 < buffer.count else {
      if end < buffer.count, buffer[end] != 0x0D { throw .afterBoundary }
      return false
    }
    guard buffer[end] == 0x0D, buffer[end + 1] == 0x0A else { throw .afterBoundary }
    partCount += 1
    guard partCount <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
    // The line break stays: the headers can be empty, and then an empty line follows it.
    buffer.removeFirst(end)
    state = .headers
    return true
  }

  /// Takes a part's headers up to the empty line; `nil` if it is not there yet.
  private mutating func takeHeaders() throws(MultipartError) -> MultipartPart? {
    let place = place(of: [0x0D, 0x0A, 0x0D, 0x0A])
    // Behind the line break, and as far as is certain: three bytes may be the beginning of the empty line.
    guard (place ?? buffer.count - 3) - 2 <= limits.headerBytes else {
      throw .headersTooLong(limit: limits.headerBytes)
    }
    guard let end = place else { return nil }
    guard let text = String(validating: buffer[..<end], as: UTF8.self) else { throw .headersNotUTF8 }
    buffer.removeFirst(end + 4)
    return try MultipartPart(headers: text)
  }

  /// The length of the longest end of the buffer with which a delimiter begins.
  private func possibleDelimiter() -> Int {
    for count in stride(from: min(buffer.count, delimiter.count - 1), to: 0, by: -1)
    where buffer[buffer.count - count] == 0x0D && buffer.suffix(count).elementsEqual(delimiter.prefix(count))
    {
      return count
    }
    return 0
  }

  private func place(of pattern: [UInt8]) -> Int? {
    guard buffer.count >= pattern.count else { return nil }
    let last = buffer.count - pattern.count
    return buffer.withUnsafeBufferPointer { buffer in
      var index = 0
      while index <= last {
        guard let found = buffer[index...last].firstIndex(of: pattern[0]) else { return nil }
        if buffer[found..<found + pattern.count].elementsEqual(pattern) { return found }
        index = found + 1
      }
      return nil
    }
  }
}

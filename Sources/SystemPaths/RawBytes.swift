internal import Glibc

// The system's texts are bytes: paths, arguments and environment variables need not be UTF-8, while a `String` always
// is. So a byte that is not part of valid UTF-8 becomes one of 128 private-use characters on its way in, and a byte
// again on its way out. In between, the string can be joined, split, compared, and stored as JSON.
//
// The three bytes that these characters begin with in UTF-8 are not accepted as valid UTF-8 themselves. So any bytes
// survive the round trip. (Python's `surrogateescape` does the same with surrogates, which a `String` cannot hold.)

/// The character for the byte 0x80; those for the other bytes follow it.
private let firstStandIn: UInt32 = 0x10FE80

extension Unicode.Scalar {
  /// The byte that this character stands for; `nil` for an ordinary character.
  fileprivate var rawByte: UInt8? {
    (firstStandIn..<firstStandIn + 0x80).contains(value) ? UInt8(value - firstStandIn + 0x80) : nil
  }

  fileprivate init(standingFor byte: UInt8) {
    // Bytes below 0x80 are always valid UTF-8.
    self = Unicode.Scalar(firstStandIn + UInt32(byte & 0x7F)) ?? "\u{FFFD}"
  }
}

extension String {
  /// Creates the text of bytes from the system.
  ///
  /// - Parameter bytes: Any bytes; valid UTF-8 is decoded.
  public init(systemBytes bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.holdsRawBytes {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var remaining = bytes.makeIterator()
    var rest = bytes[...]
    func isolate(_ count: Int) {
      text.append(contentsOf: rest.prefix(count).map(Unicode.Scalar.init(standingFor:)))
    }
    while true {
      let length: Int
      switch parser.parseScalar(from: &remaining) {
      case .valid(let encoded):
        length = encoded.count
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.rawByte == nil { text.append(scalar) } else { isolate(length) }
      case .error(let count):
        length = count
        isolate(length)
      case .emptyInput:
        self.init(text)
        return
      }
      rest = rest.dropFirst(length)
    }
  }

  /// Creates the text of a C string from the system.
  public init(systemCString: UnsafePointer<CChar>) {
    self.init(systemBytes: UnsafeRawBufferPointer(start: systemCString, count: strlen(systemCString)))
  }

  /// True if a part of the text stands for bytes that are not UTF-8.
  public var holdsRawBytes: Bool {
    // All stand-ins begin with this byte, and hardly anything else does.
    utf8.contains(0xF4) && unicodeScalars.contains { $0.rawByte != nil }
  }

  /// The bytes that the text stands for, for the system.
  public var systemBytes: [UInt8] {
    guard holdsRawBytes else { return Array(utf8) }
    return unicodeScalars.reduce(into: []) { bytes, scalar in
      if let byte = scalar.rawByte {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: String(scalar).utf8)
      }
    }
  }

  /// Calls `body` with the bytes that the text stands for, followed by a zero.
  public func withSystemCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard holdsRawBytes else { return withCString(body) }
    return (systemBytes + [0]).map(CChar.init(bitPattern:)).withUnsafeBufferPointer { bytes in
      // An array that is not empty has an address.
      bytes.baseAddress.map(body) ?? withCString(body)
    }
  }

  /// The text for display: bytes that are not UTF-8 as `\xE9`.
  public var readable: String { showingRawBytes(after: #"\x"#) }

  /// ``readable`` for a text that is JSON already, where a backslash in a string is written as two.
  public var readableJSON: String { showingRawBytes(after: #"\\x"#) }

  private func showingRawBytes(after mark: String) -> String {
    guard holdsRawBytes else { return self }
    var shown = ""
    for scalar in unicodeScalars {
      if let byte = scalar.rawByte {
        shown += mark + String(byte, radix: 16, uppercase: true)
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}

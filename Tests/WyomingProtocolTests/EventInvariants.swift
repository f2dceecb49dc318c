import JSON
import NIOCore
import WyomingProtocol

/// The invariants for any bytes that a client can send, shared by the fuzzer in `Fuzzing` and the test of its corpus.
///
/// An input is the client's bytes. After its last 0xFF follow the sizes of the pieces in which they arrive, one byte
/// each and used in turn: 0 to 127 for 1 to 128 bytes, more for multiples of 64.
enum EventInvariants {
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  /// Limits low enough for short inputs to exceed them.
  private static let limits = {
    var limits = EventLimits()
    (limits.header, limits.data, limits.payload, limits.piece) = (512, 1024, 2048, 300)
    return limits
  }()

  /// Limits for accepted events: encoded again, their control characters and numbers can be longer.
  private static let relaxed = {
    var limits = EventLimits()
    (limits.header, limits.data) = (16 * 1024, 64 * 1024)
    return limits
  }()

  /// Checks all invariants for an input.
  ///
  /// - Throws: The first violation.
  static func check(_ input: [UInt8]) throws(Violation) {
    let end = input.lastIndex(of: 0xFF) ?? input.count
    let stream = Array(input[..<end])
    let whole = try parse(stream, sizes: [])
    let pieces = try parse(stream, sizes: input[end...].dropFirst().map { Int($0) })
    try hold(whole.events == pieces.events, "the same bytes in pieces give different events")
    try hold(whole.error == pieces.error, "the same bytes in pieces give a different error")
    if let error = whole.error { try checkMessage(of: error) }
    for event in whole.events { try checkRoundTrip(of: event) }
    try SessionInvariants.check(whole.events)
  }

  static func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(description: what()) }
  }

  /// Checks an error's text, which ends up in a log and in an `error` event.
  static func checkMessage(of error: ProtocolError) throws(Violation) {
    let text = error.description
    try hold(text.utf8.count < 1024 && text.utf8.allSatisfy { $0 >= 0x20 }, "not a short line: \(text)")
    try checkRoundTrip(of: .error(text, code: error.code))
  }

  /// Checks that an encoded event is parsed equal and encoded again the same.
  static func checkRoundTrip(of event: Event) throws(Violation) {
    let bytes = event.encoded()
    var rest = bytes
    var parser = EventParser(limits: relaxed)
    let again: Event?
    do { again = try parser.next(from: &rest) } catch { throw Violation(description: "\(event): \(error)") }
    try hold(again == event, "\(event) is read back as \(String(describing: again))")
    try hold(rest.readableBytes == 0, "\(event) leaves \(rest.readableBytes) bytes")
    try hold(again?.encoded() == bytes, "\(event) is encoded differently again")
  }

  private static func parse(
    _ stream: [UInt8], sizes: [Int]
  ) throws(Violation) -> (events: [Event], error: ProtocolError?) {
    var parser = EventParser(limits: limits)
    var buffer = ByteBuffer()
    var events: [Event] = []
    var (fed, piece) = (0, 0)
    var owed = 0
    repeat {
      var size = stream.count
      if !sizes.isEmpty {
        let code = sizes[piece % sizes.count]
        size = code < 128 ? code + 1 : (code - 127) * 64
      }
      let end = min(stream.count, fed + size)
      buffer.writeBytes(stream[fed..<end])
      (fed, piece) = (end, piece + 1)
      while true {
        let start = fed - buffer.readableBytes
        let event: Event?
        do { event = try parser.next(from: &buffer) } catch { return (events, error) }
        guard let event else { break }
        // If the input is one piece, an event's bytes are those that one call took.
        if sizes.isEmpty {
          let taken = stream[start..<(fed - buffer.readableBytes)]
          try checkLengths(of: event, in: taken, behind: events.last, owed: &owed)
        }
        events.append(event)
      }
    } while fed < stream.count
    // The rest is the beginning of one event.
    try hold(
      buffer.readableBytes <= limits.header + limits.data + limits.piece,
      "\(buffer.readableBytes) bytes are kept")
    return (events, nil)
  }

  /// Checks that the parts of an event have the lengths in its header, and that nothing else was consumed.
  ///
  /// - Parameter owed: The number of bytes still to come of the payload of `last`, the previous event.
  private static func checkLengths(
    of event: Event, in bytes: ArraySlice<UInt8>, behind last: Event?, owed: inout Int
  ) throws(Violation) {
    var bytes = bytes
    if let last, owed > 0 {
      if last.type == "audio-chunk" {
        try hold(event.type == last.type && event.data == last.data, "\(event) continues \(last)")
        try hold(event.payload.readableBytes == min(owed, limits.piece), "\(event) has the wrong length")
        try hold(
          event.payload.readableBytesView.elementsEqual(bytes),
          "\(event) does not have the bytes that arrived")
        owed -= bytes.count
        return
      }
      bytes = bytes.dropFirst(owed)
    }
    let blank: [UInt8] = [0x20, 0x0D, 0x09, 0x0A]
    let taken = bytes.drop { blank.contains($0) }
    guard let newline = taken.firstIndex(of: 0x0A) else { throw Violation(description: "no header line") }
    // Parses the header as another event's data, to see its fields.
    var outer = ByteBuffer(string: "{\"type\":\"\",\"data_length\":\(newline - taken.startIndex)}\n")
    outer.writeBytes(taken[..<newline])
    var parser = EventParser()
    let fields: [String: JSONValue]
    do {
      fields = try parser.next(from: &outer)?.data ?? [:]
    } catch {
      throw Violation(description: "the header of \(event) cannot be parsed: \(error)")
    }
    let dataLength = fields["data_length"]?.integer ?? 0
    let payloadLength = fields["payload_length"]?.integer ?? 0
    try hold(fields["type"]?.string == event.type, "the header of \(event) has another type")
    let first = min(payloadLength, limits.piece)
    owed = payloadLength - first
    try hold(event.payload.readableBytes == first, "\(event) does not have \(first) bytes")
    try hold(
      taken.endIndex - newline - 1 == dataLength + first, "\(event) consumed bytes that are not its own")
    try hold(
      event.payload.readableBytesView.elementsEqual(taken.suffix(first)),
      "the payload of \(event) is not the bytes that arrived")
    try hold(
      newline - taken.startIndex <= limits.header && dataLength <= limits.data
        && payloadLength <= limits.payload, "\(event) is longer than the limits")
  }
}

import NIOCore
import WyomingProtocol

/// What holds for any bytes that a client may send. The fuzzer in `Fuzzing` and the test of its corpus share it.
///
/// An input is the client's bytes; behind its last 0xFF stand the sizes of the pieces in which they come, one byte
/// each, over and over: 0 to 127 for 1 to 128 bytes, more for multiples of 64.
enum EventInvariants {
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  /// Near enough that short inputs pass them.
  private static let limits = {
    var limits = EventLimits()
    (limits.header, limits.data, limits.payload, limits.piece) = (512, 1024, 2048, 300)
    return limits
  }()

  /// For what was accepted once: written again, control characters and numbers may be longer.
  private static let relaxed = {
    var limits = EventLimits()
    (limits.header, limits.data) = (16 * 1024, 64 * 1024)
    return limits
  }()

  /// - Throws: The first invariant that does not hold.
  static func check(_ input: [UInt8]) throws(Violation) {
    let end = input.lastIndex(of: 0xFF) ?? input.count
    let stream = Array(input[..<end])
    let whole = try parse(stream, sizes: [])
    let pieces = try parse(stream, sizes: input[end...].dropFirst().map { Int($0) })
    try hold(whole.events == pieces.events, "the same bytes in pieces give other events")
    try hold(whole.error == pieces.error, "the same bytes in pieces give another error")
    if let error = whole.error { try checkMessage(of: error) }
    for event in whole.events { try checkRoundTrip(of: event) }
    try SessionInvariants.check(whole.events)
  }

  static func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(description: what()) }
  }

  /// Errors end up in a log and in an `error` event.
  static func checkMessage(of error: ProtocolError) throws(Violation) {
    let text = error.description
    try hold(text.utf8.count < 1024 && text.utf8.allSatisfy { $0 >= 0x20 }, "not a short line: \(text)")
    try checkRoundTrip(of: .error(text, code: error.code))
  }

  /// What is written is read back equal, and written again the same.
  static func checkRoundTrip(of event: Event) throws(Violation) {
    let bytes = event.encoded()
    var rest = bytes
    var parser = EventParser(limits: relaxed)
    let again: Event?
    do { again = try parser.next(from: &rest) } catch { throw Violation(description: "\(event): \(error)") }
    try hold(again == event, "\(event) is read back as \(String(describing: again))")
    try hold(rest.readableBytes == 0, "\(event) leaves \(rest.readableBytes) bytes")
    try hold(again?.encoded() == bytes, "\(event) is not written the same again")
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
        // In one piece, an event's bytes are known: what one call took.
        if sizes.isEmpty {
          let taken = stream[start..<(fed - buffer.readableBytes)]
          try checkLengths(of: event, in: taken, behind: events.last, owed: &owed)
        }
        events.append(event)
      }
    } while fed < stream.count
    // What is left over is the beginning of one event.
    try hold(
      buffer.readableBytes <= limits.header + limits.data + limits.piece,
      "\(buffer.readableBytes) bytes are kept")
    return (events, nil)
  }

  /// The header line's lengths are those of the parts behind it, and nothing else is taken.
  ///
  /// - Parameter owed: The bytes that are still to come of the payload of `last`, the event before.
  private static func checkLengths(
    of event: Event, in bytes: ArraySlice<UInt8>, behind last: Event?, owed: inout Int
  ) throws(Violation) {
    var bytes = bytes
    if let last, owed > 0 {
      if last.type == "audio-chunk" {
        try hold(event.type == last.type && event.data == last.data, "\(event) continues \(last)")
        try hold(event.payload.readableBytes == min(owed, limits.piece), "\(event) has another length")
        try hold(event.payload.readableBytesView.elementsEqual(bytes), "\(event) has not the bytes that came")
        owed -= bytes.count
        return
      }
      bytes = bytes.dropFirst(owed)
    }
    let blank: [UInt8] = [0x20, 0x0D, 0x09, 0x0A]
    let taken = bytes.drop { blank.contains($0) }
    guard let newline = taken.firstIndex(of: 0x0A) else { throw Violation(description: "no header line") }
    // The header as another event's data, so that its fields can be seen.
    var outer = ByteBuffer(string: "{\"type\":\"\",\"data_length\":\(newline - taken.startIndex)}\n")
    outer.writeBytes(taken[..<newline])
    var parser = EventParser()
    let fields: [String: JSONValue]
    do {
      fields = try parser.next(from: &outer)?.data ?? [:]
    } catch {
      throw Violation(description: "the header of \(event) is not one: \(error)")
    }
    let dataLength = fields["data_length"]?.integer ?? 0
    let payloadLength = fields["payload_length"]?.integer ?? 0
    try hold(fields["type"]?.string == event.type, "the header of \(event) has another type")
    let first = min(payloadLength, limits.piece)
    owed = payloadLength - first
    try hold(event.payload.readableBytes == first, "\(event) has not \(first) bytes")
    try hold(taken.endIndex - newline - 1 == dataLength + first, "\(event) took other bytes than its own")
    try hold(
      event.payload.readableBytesView.elementsEqual(taken.suffix(first)),
      "the payload of \(event) is not the bytes that came")
    try hold(
      newline - taken.startIndex <= limits.header && dataLength <= limits.data
        && payloadLength <= limits.payload, "\(event) is longer than the limits")
  }
}

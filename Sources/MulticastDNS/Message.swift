/// A multicast DNS message (RFC 6762, 18).
public struct Message: Equatable, Sendable {
  /// The query identifier: 0 except in unicast DNS questions.
  public var id: UInt16 = 0
  var flags: UInt16
  /// The question section.
  public var questions: [Question] = []
  /// The answer section; in a question, the answers that the sender already knows.
  public var answers: [Record] = []
  /// The authority section; in a probe, the records that the sender wants to claim.
  public var authorities: [Record] = []
  /// The additional section.
  public var additionals: [Record] = []

  /// Creates a question, or an authoritative response.
  public init(isResponse: Bool, questions: [Question] = [], answers: [Record] = []) {
    flags = isResponse ? 0x8400 : 0
    self.questions = questions
    self.answers = answers
  }

  init(id: UInt16, flags: UInt16) {
    self.id = id
    self.flags = flags
  }

  /// True for a response, false for a question (the QR bit).
  public var isResponse: Bool { flags & 0x8000 != 0 }

  /// True if more known answers follow in another packet (the TC bit).
  public var isTruncated: Bool { flags & 0x0200 != 0 }

  /// True if the operation and response codes are those of multicast DNS; other messages are ignored (18.3, 18.11).
  public var isPlain: Bool { flags & 0x780F == 0 }
}

/// The reason why bytes are not a DNS message.
public enum MessageError: Error, Sendable, Equatable {
  /// The packet ends before the message does.
  case cutOff
  /// A name that is too long, or whose pointers do not lead backwards.
  case name
  /// A record's data does not have the length that its type requires.
  case data
}

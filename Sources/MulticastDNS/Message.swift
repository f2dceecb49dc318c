/// A message of multicast DNS (RFC 6762, 18).
public struct Message: Equatable, Sendable {
  /// 0, but for the questions of those who speak unicast DNS.
  public var id: UInt16 = 0
  var flags: UInt16
  public var questions: [Question] = []
  public var answers: [Record] = []
  /// In a probe: what the asker would like to have.
  public var authorities: [Record] = []
  public var additionals: [Record] = []

  /// A response is authoritative.
  public init(isResponse: Bool, questions: [Question] = [], answers: [Record] = []) {
    flags = isResponse ? 0x8400 : 0
    self.questions = questions
    self.answers = answers
  }

  init(id: UInt16, flags: UInt16) {
    self.id = id
    self.flags = flags
  }

  public var isResponse: Bool { flags & 0x8000 != 0 }

  /// More known answers follow in another packet.
  public var isTruncated: Bool { flags & 0x0200 != 0 }

  /// Whether operation and response code are those of multicast DNS; others are to be passed over (18.3, 18.11).
  public var isPlain: Bool { flags & 0x780F == 0 }
}

/// Bytes that are no DNS message.
public enum MessageError: Error, Sendable, Equatable {
  /// The packet ends before the message.
  case cutOff
  /// A name that is too long, or whose pointers do not lead backwards.
  case name
  /// A record's data has not the length that it should have.
  case data
}

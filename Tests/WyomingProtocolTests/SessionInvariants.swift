import JSON
import NIOCore
import WyomingProtocol

/// The invariants for a session's actions, whatever events arrive in whatever order.
struct SessionInvariants {
  typealias Violation = EventInvariants.Violation

  /// The maximum duration in seconds, short enough for utterances to exceed it.
  private static let longestUtterance = 0.01

  private var session = Session(longestUtterance: longestUtterance)
  /// True between `beginUtterance` and `finishUtterance`.
  private var isOpen = false
  /// True from the early end of an utterance to the end of the audio that the client still sends.
  private var isTruncated = false
  private var seconds = 0.0
  private var program: String?

  static func check(_ events: [Event]) throws(Violation) {
    var invariants = Self()
    for event in events {
      let actions: [Session.Action]
      do {
        actions = try invariants.session.receive(event)
      } catch {
        // The session is over.
        return try EventInvariants.checkMessage(of: error)
      }
      try invariants.check(actions, of: event)
    }
  }

  private mutating func check(_ actions: [Session.Action], of event: Event) throws(Violation) {
    let wasOpen = isOpen
    let wasCut = isTruncated
    if event.type == "audio-start" { isTruncated = false }
    if event.type == "select-program" { program = event.data["name"]?.string }
    for action in actions { try check(action, of: event) }
    switch event.type {
    case "describe":
      try hold(actions == [.describe], "describe gives \(actions)")
    case "lorikeet-status":
      try hold(actions == [.status], "lorikeet-status gives \(actions)")
    case "ping":
      try hold(actions == [.send(.pong(event.data["text"]?.string))], "ping gives \(actions)")
    case "transcribe":
      let language = event.data["language"]?.string
      let request = Session.Request(
        program: program, model: event.data["name"]?.string, language: language,
        names: event.data["transcript_names"]?.array?.compactMap(\.string) ?? [],
        terms: event.data["transcript_terms"]?.array?.compactMap(\.string) ?? [])
      try hold(actions == (isOpen ? [.changeRequest(request)] : []), "transcribe gives \(actions)")
    case "audio-start":
      try hold(actions == [.beginUtterance] && isOpen, "audio-start gives \(actions)")
    case "audio-chunk":
      try hold(wasCut ? actions.isEmpty : isOpen || isTruncated, "audio-chunk gives \(actions)")
      try hold(actions.contains(.beginUtterance) == (!wasOpen && !wasCut), "audio-chunk gives \(actions)")
    case "audio-stop":
      try hold(actions.count == (wasCut ? 0 : wasOpen ? 1 : 2) && !isOpen, "audio-stop gives \(actions)")
      isTruncated = false
    default:
      try hold(actions.isEmpty, "\(event.type) gives \(actions)")
    }
    try hold(session.isListening == isOpen, "isListening is \(session.isListening) after \(actions)")
  }

  private mutating func check(_ action: Session.Action, of event: Event) throws(Violation) {
    switch action {
    case .describe, .status: break
    case .send(let answer):
      try EventInvariants.checkRoundTrip(of: answer)
    case .beginUtterance:
      (isOpen, seconds) = (true, 0)
    case .changeRequest:
      try hold(isOpen, "a request for no utterance")
    case .append(let audio, let format):
      try hold(isOpen, "audio outside of an utterance")
      try hold(
        (1...384_000).contains(format.rate) && (1...4).contains(format.width)
          && (1...64).contains(format.channels), "\(format)")
      try hold(
        event.payload.readableBytesView.starts(with: audio.readableBytesView), "audio that did not arrive")
      seconds += Double(audio.readableBytes) / Double(format.rate * format.width * format.channels)
      try hold(seconds <= Self.longestUtterance + 1e-9, "an utterance of \(seconds) s")
    case .finishUtterance(let request):
      try hold(isOpen, "an end without an utterance")
      try hold(request.isTruncated == (event.type == "audio-chunk"), "\(request) at \(event.type)")
      try hold(request.program == program, "\(request) instead of \(String(describing: program))")
      (isOpen, isTruncated) = (false, request.isTruncated)
    }
  }

  private func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    try EventInvariants.hold(condition, what())
  }
}

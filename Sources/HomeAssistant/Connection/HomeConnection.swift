internal import NIOCore
internal import NIOPosix
internal import Names

/// A connection to Home Assistant.
struct HomeConnection: Sendable {
  let address: HomeAddress
  let token: AccessToken

  /// A result of a conversation.
  enum Report: Sendable, Equatable {
    case names([Name])
    case note(HomeNote)
  }

  /// The longest time for the authentication, and for each read, in seconds.
  private static let limitSeconds: Int64 = 20
  /// The pause between a change and the read: changes come in bursts.
  private static let pause = TimeAmount.seconds(1)
  /// The largest message that is decoded where others wait, in bytes.
  private static let largestQuickMessage = 1 << 16

  /// Connects, reads the names, and reads them again whenever the home has changed.
  ///
  /// - Parameters:
  ///   - followsChanges: False to return after the first read; true to return only with an error.
  ///   - report: Takes the names of each read.
  func converse(followsChanges: Bool, _ report: (Report) -> Void) async throws(HomeError) {
    var isOpen = false
    do {
      let socket = try await HomeSocket.open(address)
      isOpen = true
      try await socket.executeThenClose { inbound, outbound in
        let conversation = HomeConversation(token: token, followsChanges: followsChanges)
        try await run(conversation, inbound, outbound, report)
      }
    } catch {
      throw Task.isCancelled ? .cancelled : HomeError(error, address, isOpen: isOpen)
    }
  }

  private func run(
    _ conversation: HomeConversation, _ inbound: NIOAsyncChannelInboundStream<HomeInput>,
    _ outbound: NIOAsyncChannelOutboundWriter<HomeOutput>, _ report: (Report) -> Void
  ) async throws {
    var conversation = conversation
    var part = conversation.part
    try await outbound.write(.limit(.seconds(Self.limitSeconds)))
    var inputs = inbound.makeAsyncIterator()
    while let input = try await next(of: &inputs, conversation) {
      let actions =
        switch input {
        case .message(let bytes): try await receive(bytes, &conversation)
        case .reminder: conversation.read()
        }
      for action in actions {
        switch action {
        case .send(let bytes): try await outbound.write(.message(bytes))
        case .requestRead: try await outbound.write(.reminder(after: Self.pause))
        case .note(let note): report(.note(note))
        case .names(let names):
          report(.names(names))
          if !conversation.followsChanges { return }
        }
      }
      if conversation.part != part {
        part = conversation.part
        try await outbound.write(.limit(part.map { _ in .seconds(Self.limitSeconds) }))
      }
    }
    throw HomeError.closed
  }

  private func next(
    of inputs: inout NIOAsyncChannelInboundStream<HomeInput>.AsyncIterator, _ conversation: HomeConversation
  ) async throws -> HomeInput? {
    do {
      return try await inputs.next(isolation: #isolation)
    } catch HomeTimeout.late {
      throw HomeError.timedOut(conversation.awaited, seconds: Self.limitSeconds)
    } catch HomeTimeout.silent {
      throw HomeError.silent(seconds: MessageHandler.longestSilence.nanoseconds / 1_000_000_000)
    }
  }

  /// Takes a message. A large one is decoded on a thread of its own, since that takes up to a second.
  private func receive(
    _ bytes: [UInt8], _ conversation: inout HomeConversation
  ) async throws -> [HomeConversation.Action] {
    guard bytes.count > Self.largestQuickMessage else { return try conversation.receive(bytes) }
    let before = conversation
    let (after, actions) = try await NIOThreadPool.singleton.runIfActive {
      var conversation = before
      let actions = try conversation.receive(bytes)
      return (conversation, actions)
    }
    conversation = after
    return actions
  }
}

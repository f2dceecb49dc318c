import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import HomeAssistant

@Suite struct `A channel to Home Assistant` {
  private let loop = EmbeddedEventLoop()
  private let channel: EmbeddedChannel
  private let errors = Errors()

  /// Notes the errors that reach the end of the pipeline.
  private final class Errors: ChannelInboundHandler {
    typealias InboundIn = HomeInput
    typealias InboundOut = HomeInput
    var errors: [any Error] = []
    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }
  }

  init() throws {
    channel = EmbeddedChannel(loop: loop)
    try channel.pipeline.syncOperations.addHandlers(MessageHandler(), errors)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
  }

  private func receive(_ opcode: WebSocketOpcode, _ text: String = "") throws {
    try channel.writeInbound(WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(string: text)))
  }

  /// The next frame that was sent.
  private func sent() throws -> (WebSocketOpcode, String)? {
    try channel.readOutbound(as: WebSocketFrame.self).map { frame in
      #expect(frame.maskKey != nil)
      return (frame.opcode, String(buffer: frame.data))
    }
  }

  @Test func `a message is sent as a masked text frame`() throws {
    try channel.writeOutbound(HomeOutput.message(Array("{}".utf8)))
    #expect(try #require(try sent()) == (.text, "{}"))
  }

  @Test func `text frames are messages, and binary frames and pongs are ignored`() throws {
    try receive(.binary, "x")
    try receive(.pong)
    try receive(.text, "{}")
    #expect(try channel.readInbound(as: HomeInput.self) == .message(Array("{}".utf8)))
    #expect(try channel.readInbound(as: HomeInput.self) == nil)
  }

  @Test func `a ping is answered with its content`() throws {
    try receive(.ping, "beat")
    #expect(try #require(try sent()) == (.pong, "beat"))
  }

  @Test func `a goodbye is answered and closes the channel`() throws {
    try receive(.connectionClose)
    #expect(try sent()?.0 == .connectionClose)
    #expect(try sent() == nil)
    #expect(!channel.isActive)
  }

  @Test func `a channel that is closed says goodbye`() throws {
    channel.close(promise: nil)
    #expect(try sent()?.0 == .connectionClose)
  }

  @Test func `a ping is sent every 30 seconds while something arrives`() throws {
    for _ in 0..<10 {
      loop.advanceTime(by: .seconds(30))
      #expect(try sent()?.0 == .ping)
      try receive(.pong)
    }
    #expect(channel.isActive)
  }

  @Test func `a channel on which nothing arrives for 70 seconds is closed`() throws {
    loop.advanceTime(by: .seconds(20))
    try receive(.text, "{}")
    loop.advanceTime(by: .seconds(69))
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
    #expect(errors.errors as? [HomeTimeout] == [.silent])
  }

  @Test func `a reminder arrives after its time, once`() throws {
    try channel.writeOutbound(HomeOutput.reminder(after: .seconds(1)))
    loop.advanceTime(by: .milliseconds(999))
    #expect(try channel.readInbound(as: HomeInput.self) == nil)
    loop.advanceTime(by: .milliseconds(1))
    #expect(try channel.readInbound(as: HomeInput.self) == .reminder)
    loop.advanceTime(by: .seconds(9))
    #expect(try channel.readInbound(as: HomeInput.self) == nil)
  }

  @Test func `a channel whose time limit has passed is closed`() throws {
    try channel.writeOutbound(HomeOutput.limit(.seconds(20)))
    loop.advanceTime(by: .seconds(19))
    try channel.writeOutbound(HomeOutput.limit(.seconds(20)))
    loop.advanceTime(by: .seconds(19))
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
    #expect(errors.errors as? [HomeTimeout] == [.late])
  }

  @Test func `a time limit can be lifted`() throws {
    try channel.writeOutbound(HomeOutput.limit(.seconds(20)))
    try channel.writeOutbound(HomeOutput.limit(nil))
    loop.advanceTime(by: .seconds(25))
    #expect(channel.isActive)
  }

  @Test func `a frame that is too long is reported before the channel closes`() throws {
    channel.pipeline.fireErrorCaught(NIOWebSocketError.invalidFrameLength)
    #expect(errors.errors as? [NIOWebSocketError] == [.invalidFrameLength])
    #expect(try #require(try sent()).0 == .connectionClose)
    #expect(!channel.isActive)
  }

  @Test func `no clock runs on after the channel is closed`() throws {
    try channel.writeOutbound(HomeOutput.limit(.seconds(20)))
    try channel.writeOutbound(HomeOutput.reminder(after: .seconds(1)))
    channel.close(promise: nil)
    loop.advanceTime(by: .seconds(200))
    #expect(errors.errors.isEmpty)
    #expect(try channel.readInbound(as: HomeInput.self) == nil)
  }
}

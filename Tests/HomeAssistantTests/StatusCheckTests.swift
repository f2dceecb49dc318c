import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HomeAssistant

@Suite struct `The HTTP response of Home Assistant` {
  private let address: HomeAddress
  private let channel: EmbeddedChannel

  init() throws {
    address = try HomeAddress("http://home:8123")
    channel = EmbeddedChannel(handler: StatusCheck(address))
  }

  private func receive(_ status: HTTPResponseStatus) throws {
    try channel.writeInbound(HTTPClientResponsePart.head(HTTPResponseHead(version: .http1_1, status: status)))
  }

  @Test(arguments: [200, 301, 404, 502])
  func `a status other than 101 is reported`(code: Int) throws {
    #expect(throws: HomeError.noWebSocket(address, status: code)) {
      try receive(HTTPResponseStatus(statusCode: code))
    }
    #expect(try channel.readInbound(as: HTTPClientResponsePart.self) == nil)
    try channel.writeInbound(HTTPClientResponsePart.end(nil))
    #expect(try channel.readInbound(as: HTTPClientResponsePart.self) == nil)
  }

  @Test func `the upgrade and the bytes after it pass`() throws {
    try receive(.switchingProtocols)
    #expect(try channel.readInbound(as: HTTPClientResponsePart.self) != nil)
    try channel.writeInbound(ByteBuffer(string: "frame"))
    #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "frame"))
  }
}

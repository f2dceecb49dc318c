import NIOCore
import NIOHTTP1
import NIOWebSocket
import SocketFaults
import Testing

@testable import HomeAssistant

@Suite struct `An error of a connection to Home Assistant` {
  private let address: HomeAddress

  init() throws {
    address = try HomeAddress("http://home:8123")
  }

  @Test func `an error of the network is translated`() {
    let errors: [(any Error, HomeError)] = [
      (HomeError.tooLarge(bytes: 1), .tooLarge(bytes: 1)), (CancellationError(), .cancelled),
      (ChannelError.eof, .closed),
      (ChannelError.connectTimeout(.seconds(1)), .unreachable(address, .timeout)),
      (IOError(errnoCode: 104, reason: "read"), .closed),
      (IOError(errnoCode: 113, reason: "read"), .unreachable(address, .system(113))),
      (HTTPParserError.invalidConstant, .noWebSocket(address, status: nil)),
      (NIOHTTPClientUpgradeError.upgraderDeniedUpgrade, .noWebSocket(address, status: nil)),
      (NIOWebSocketError.invalidFrameLength, .tooLarge(bytes: 64 << 20)),
      (NIOWebSocketError.fragmentedControlFrame, .notUnderstood("a frame")),
      (NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge, .tooLarge(bytes: 64 << 20)),
      (NIOWebSocketFrameAggregator.Error.tooManyFragments, .notUnderstood("a frame")),
    ]
    for (error, expected) in errors {
      #expect(HomeError(error, address, isOpen: true) == expected)
    }
  }

  @Test func `a connection that ends before it is a WebSocket leaves Home Assistant unreachable`() {
    for error in [ChannelError.eof, .inappropriateOperationForState, .ioOnClosedChannel] {
      #expect(HomeError(error, address, isOpen: false) == .unreachable(address, .closed))
    }
  }

  @Test func `an error is described in one line that names the place`() {
    let errors: [(HomeError, String)] = [
      (.unreachable(address, .timeout), "home:8123"), (.untrustedCertificate(address), "certificate"),
      (.certificateOfAnotherHost(address), "certificate"), (.noEncryption(address), "home:8123"),
      (.noWebSocket(address, status: 404), "http://home:8123/api/websocket: the answer has the status 404"),
      (.noWebSocket(address, status: nil), "http://home:8123/api/websocket"),
      (.refusedToken(source: "VARIABLE"), "VARIABLE"),
      (.refused(command: "x/list", code: "unauthorized"), "x/list"),
      (.timedOut("its greeting", seconds: 20), "its greeting within 20 s"), (.silent(seconds: 70), "70 s"),
      (.closed, "closed"), (.notUnderstood("its greeting"), "its greeting"),
      (.tooLarge(bytes: 64 << 20), "64 MiB"),
      (.cancelled, "connection"),
    ]
    for (error, place) in errors {
      #expect(error.description.contains(place))
      #expect(!error.description.contains("\n"))
    }
  }
}

internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOWebSocket
internal import SocketFaults

extension HomeError {
  /// Translates an error of the networking library.
  ///
  /// - Parameter isOpen: True if the WebSocket was open.
  init(_ error: any Error, _ address: HomeAddress, isOpen: Bool) {
    switch error {
    case let error as HomeError: self = error
    case is CancellationError: self = .cancelled
    case NIOWebSocketError.invalidFrameLength,
      NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
      self = .tooLarge(bytes: HomeSocket.largestMessage)
    case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error: self = .notUnderstood("a frame")
    case is HTTPParserError, is NIOHTTPClientUpgradeError: self = .noWebSocket(address, status: nil)
    case let error as NIOSSLError: self.init(tls: error, address, isOpen: isOpen)
    case let error as NIOSSLExtraError:
      self = error == .failedToValidateHostname ? .certificateOfAnotherHost(address) : .noEncryption(address)
    // The upgrade has ended with its channel.
    case ChannelError.inappropriateOperationForState: self = .unreachable(address, .closed)
    default:
      let fault = SocketFault(error)
      self = isOpen && fault.isBrokenConnection ? .closed : .unreachable(address, fault)
    }
  }

  private init(tls error: NIOSSLError, _ address: HomeAddress, isOpen: Bool) {
    // The error's cases do not tell certificates from other faults of the handshake.
    if "\(error)".contains("CERTIFICATE_VERIFY_FAILED") {
      self = .untrustedCertificate(address)
    } else {
      self = isOpen ? .closed : .noEncryption(address)
    }
  }
}

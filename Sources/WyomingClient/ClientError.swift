public import Addresses
public import SocketFaults
public import WyomingProtocol

/// An error of a client: the server cannot be reached, or does not do what it is asked.
public struct ClientError: Error, Sendable, CustomStringConvertible {
  /// The reason of an error. Values are for messages; a caller tells the cases apart.
  public enum Reason: Sendable, Equatable {
    /// Nothing listens at the address.
    case noServer
    /// No connection was made in time.
    case noConnection(seconds: Double)
    /// The socket in the file system belongs to another user.
    case socketOfAnotherUser(SocketFault)
    /// The network has no way to the host.
    case noRoute(SocketFault)
    /// The address cannot be connected to for another reason.
    case unreachable(SocketFault)
    /// The address is standard input, which is not a server.
    case standardInput
    /// The server does not speak the Wyoming protocol.
    case notWyoming(ProtocolError)
    /// The server closed the connection without an answer.
    case closed
    /// The server broke the connection.
    case broken
    /// No answer came in time.
    case noAnswer(seconds: Double)
    /// The server answered with an error, which has this text.
    case refused(String)
  }

  /// The address of the server.
  public let address: ListenAddress
  /// The reason of the error.
  public let reason: Reason

  init(_ address: ListenAddress, _ reason: Reason) {
    self.address = address
    self.reason = reason
  }

  /// The address and the reason.
  public var description: String { "\(address): \(reason.text)" }
}

extension ClientError.Reason {
  fileprivate var text: String {
    switch self {
    case .noServer: "nobody listens there"
    case .noConnection(let seconds): "no connection within \(seconds) s"
    case .socketOfAnotherUser(let fault): "\(fault): the socket belongs to another user"
    case .noRoute(let fault), .unreachable(let fault): "\(fault)"
    case .standardInput: "standard input has no server to ask"
    case .notWyoming(let error): "what answers there is no Wyoming server: \(error)"
    case .closed: "it closed the connection without an answer"
    case .broken: "it broke off the connection"
    case .noAnswer(let seconds): "no answer within \(seconds) s"
    case .refused(let text): "it answered: \(text)"
    }
  }
}

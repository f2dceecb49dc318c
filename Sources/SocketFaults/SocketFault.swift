internal import Glibc
internal import NIOCore
internal import NIOPosix

/// A socket's failure in plain words. The networking library's own errors show its types, calls and numbers.
public enum SocketFault: Sendable, Equatable, CustomStringConvertible {
  /// No address was found for the host name.
  ///
  /// - Parameter isUnanswered: True if no name server has answered: the name can still be right.
  case hostNotFound(String, isUnanswered: Bool = false)
  /// The timeout for the connection has passed.
  case timeout
  /// The other side has closed the connection.
  case closed
  /// The path of a Unix domain socket is longer than the system allows.
  case pathTooLong
  /// A system error, as in `errno`.
  case system(CInt)
  /// Any other error, as text.
  case other(String)

  /// Translates any error of the networking library.
  public init(_ error: any Error) {
    switch error {
    case let error as IOError: self = .system(error.errnoCode)
    case let error as NIOConnectionError: self = Self(connecting: error)
    case let error as SocketAddressError.UnknownHost:
      self = .hostNotFound(error.host, isUnanswered: error.errorCode == Int(EAI_AGAIN))
    case SocketAddressError.unixDomainSocketPathTooLong: self = .pathTooLong
    case let error as ChannelError: self = Self(channel: error)
    case is NIOAsyncWriterError: self = .closed
    default: self = .other("\(error)")
    }
  }

  /// Chooses the most informative of the errors of a host's addresses.
  private init(connecting error: NIOConnectionError) {
    let faults = error.connectionErrors.map { Self($0.error) }
    // A host that refuses is up; what its other addresses lack, such as an IPv6 route, says less.
    let telling = faults.first { $0 == .system(ECONNREFUSED) } ?? faults.first { $0 == .timeout }
    if let fault = telling ?? faults.last {
      self = fault
    } else if case .hostNotFound(_, let isUnanswered)? = (error.dnsAError ?? error.dnsAAAAError).map(
      Self.init)
    {
      self = .hostNotFound(error.host, isUnanswered: isUnanswered)
    } else {
      self = .hostNotFound(error.host)
    }
  }

  private init(channel error: ChannelError) {
    switch error {
    case .connectTimeout: self = .timeout
    case .ioOnClosedChannel, .alreadyClosed, .outputClosed, .inputClosed, .eof: self = .closed
    case .writeHostUnreachable: self = .system(EHOSTUNREACH)
    case .writeMessageTooLarge: self = .system(EMSGSIZE)
    case .unknownLocalAddress: self = .system(EADDRNOTAVAIL)
    case .operationUnsupported, .inappropriateOperationForState: self = .system(EOPNOTSUPP)
    default: self = .other("\(error)")
    }
  }

  /// True if the other side has ended an established connection.
  public var isBrokenConnection: Bool {
    switch self {
    case .closed, .system(ECONNRESET), .system(EPIPE), .system(ENOTCONN): true
    default: false
    }
  }

  /// The longest path of a Unix domain socket, in bytes without its terminating zero.
  private static var longestPath: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

  /// The failure in one line.
  public var description: String {
    switch self {
    case .hostNotFound(let host, let isUnanswered):
      isUnanswered ? "no name server answers for the host \(host)" : "there is no host \(host)"
    case .timeout: "no answer in time"
    case .closed: "the other side has closed the connection"
    case .pathTooLong: "a socket's path can have at most \(Self.longestPath) bytes, and this one has more"
    case .system(let number): String(cString: strerror(number))
    case .other(let text): text
    }
  }
}

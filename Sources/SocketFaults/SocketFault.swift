internal import Glibc
internal import NIOCore
internal import NIOPosix

/// What went wrong with a socket. The networking library's own errors tell its types, its calls and numbers.
public enum SocketFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of a host that has no address.
  ///
  /// - Parameter isUnanswered: No name server has answered: the name may be right.
  case hostNotFound(String, isUnanswered: Bool = false)
  /// No connection came about in time.
  case timeout
  /// The other side has closed the connection.
  case closed
  /// The path of a socket in the file system is longer than the system allows.
  case pathTooLong
  /// An error of the system, as in `errno`.
  case system(CInt)
  case other(String)

  /// - Parameter error: Any error of the networking library.
  public init(_ error: any Error) {
    switch error {
    case let fault as SocketFault: self = fault
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

  /// A host may have several addresses, each of which was tried.
  private init(connecting error: NIOConnectionError) {
    let faults = error.connectionErrors.map { Self($0.error) }
    // A host that refuses is there; what its other addresses lack, such as IPv6 on the way, says less.
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

  /// Whether the other side has ended a connection that there was.
  public var isBrokenConnection: Bool {
    switch self {
    case .closed, .system(ECONNRESET), .system(EPIPE), .system(ENOTCONN): true
    default: false
    }
  }

  /// A zero stands behind it.
  private static var longestPath: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

  public var description: String {
    switch self {
    case .hostNotFound(let host, let isUnanswered):
      isUnanswered ? "no name server answers where the host \(host) is" : "there is no host \(host)"
    case .timeout: "no answer in time"
    case .closed: "the other side has closed the connection"
    case .pathTooLong: "the path of a socket may have \(Self.longestPath) bytes, and this one has more"
    case .system(let number): String(cString: strerror(number))
    case .other(let text): text
    }
  }
}

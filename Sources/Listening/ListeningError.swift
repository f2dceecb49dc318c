public import Addresses

/// An address that cannot be listened on.
public struct ListeningError: Error, Sendable, CustomStringConvertible {
  /// The address.
  public let address: ListenAddress
  /// The reason.
  public let why: String

  /// The address and the reason, in one line.
  public var description: String { "cannot listen on \(address): \(why)" }
}

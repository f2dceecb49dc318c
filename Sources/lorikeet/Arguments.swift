// How values of other modules are written on the command line.

public import ArgumentParser
public import Logging
public import Recognition
internal import WyomingServer

extension Device: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension ListenAddress {
  /// - Throws: What an address looks like.
  static func argument(_ text: String) throws(ValidationError) -> ListenAddress {
    guard let address = ListenAddress(parsing: text) else {
      throw ValidationError("'\(text)' is no address to listen on, expected tcp://HOST:PORT")
    }
    return address
  }
}

// How values of other modules are written on the command line.

public import ArgumentParser
public import Devices
internal import WyomingServer

extension Device: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

extension ListenAddress {
  /// - Throws: What an address looks like.
  static func argument(_ text: String) throws -> ListenAddress {
    do throws(ListenAddressError) {
      return try ListenAddress(parsing: text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

// Command-line arguments whose types are in other modules.

public import ArgumentParser
public import Devices
internal import WyomingProtocol

extension DeviceChoice: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

extension ListenAddress {
  /// Parses the address in an option.
  ///
  /// - Throws: An error that shows the form of an address.
  static func argument(_ text: String) throws -> ListenAddress {
    do throws(ProtocolError) {
      return try ListenAddress(parsing: text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

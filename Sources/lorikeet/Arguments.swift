// Command-line arguments whose types are in other modules.

internal import Addresses
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
    try validating { try ListenAddress(parsing: text) }
  }
}

/// Runs work that reads arguments; an error ends the program with the usage.
func validating<Value>(_ work: () throws -> Value) throws -> Value {
  do {
    return try work()
  } catch {
    throw ValidationError("\(error)")
  }
}

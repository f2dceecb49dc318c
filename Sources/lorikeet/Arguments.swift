// How values of other modules are written on the command line.

public import ArgumentParser
public import Logging
public import Recognition
public import WyomingServer

extension Device: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension ListenAddress: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(parsing: argument)
  }

  public var defaultValueDescription: String { description }
}

// How values of other modules are written on the command line.

public import ArgumentParser
public import Recognition

extension Device: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

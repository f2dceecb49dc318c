extension StringProtocol {
  /// The beginning of a client's text as messages show it: at most `limit` scalars, on one line.
  package func shown(upTo limit: Int = 80) -> String {
    unicodeScalars.prefix(limit).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }.joined()
  }
}

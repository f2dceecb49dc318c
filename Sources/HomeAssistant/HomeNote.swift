/// A limitation of the names that were read.
public enum HomeNote: Sendable, Hashable, CustomStringConvertible {
  /// The token's user cannot ask for the entities that Assist controls, nor for their aliases.
  case noAdministrator
  /// Changes of the home are not reported.
  case noEvents

  /// The limitation in one line.
  public var description: String {
    switch self {
    case .noAdministrator:
      "the token is not an administrator's: all visible entities are used, without their aliases"
    case .noEvents:
      "Home Assistant does not report all changes to this token's user: they are read at the next connection"
    }
  }
}

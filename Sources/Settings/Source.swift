/// The source of a setting's value.
public enum Source: Sendable, Equatable, CustomStringConvertible {
  /// The option's name: "uri".
  case option(String)
  /// The variable's name.
  case environment(String)
  /// The file's path.
  case file(String)
  case standard

  public var description: String {
    switch self {
    case .option(let name): "option --\(name)"
    case .environment(let name): name
    case .file(let path): "file \(path)"
    case .standard: "default"
    }
  }
}

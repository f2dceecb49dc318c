internal import SystemPaths

/// Where Lorikeet keeps what it makes, unless it is told.
public enum DataDirectory {
  public static var standard: String { standard(in: SystemProcess.environment) }

  /// The environment's variables that it depends on, for commands that take no other setting from there.
  public static var variables: [String: String] {
    SystemProcess.environment.filter { ["HOME", "XDG_DATA_HOME"].contains($0.key) }
  }

  /// As the XDG base directory specification says; for a service without a home, below /var/lib.
  static func standard(in environment: [String: String]) -> String {
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/lorikeet" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/share/lorikeet" }
    return "/var/lib/lorikeet"
  }
}

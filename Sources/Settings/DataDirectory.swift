internal import SystemPaths

/// The default directory for models.
public enum DataDirectory {
  public static var standard: String { standard(in: SystemProcess.environment) }

  /// The environment variables that it depends on, for commands that read no other setting from the environment.
  public static var variables: [String: String] {
    SystemProcess.environment.filter { ["HOME", "XDG_DATA_HOME"].contains($0.key) }
  }

  /// Follows the XDG base directory specification; for a service without a home, the directory is below /var/lib.
  static func standard(in environment: [String: String]) -> String {
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/lorikeet" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/share/lorikeet" }
    return "/var/lib/lorikeet"
  }
}

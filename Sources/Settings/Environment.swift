/// What the environment variables of a server are called.
enum EnvironmentName {
  static let prefix = "LORIKEET_"
  /// Names the file of settings.
  static let file = of("config")

  /// "LORIKEET_LOG_LEVEL" of "log-level".
  static func of(_ key: String) -> String {
    prefix + key.uppercased().replacing("-", with: "_")
  }

  /// - Returns: The variables that count: an empty one is not set.
  /// - Throws: If there is one of ours that nobody knows.
  static func relevant(in environment: [String: String]) throws(SettingsError) -> [String: String] {
    let known = Set(Setting.all.map(\.environmentName) + [file])
    let variables = environment.filter { name, value in
      !value.isEmpty && !isServiceLink(name, value) && !isLocaleList(name, value)
    }
    let unknown = variables.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }
    if let name = unknown.min() { throw .unknownVariable(name) }
    return variables
  }

  /// Kubernetes and Docker describe a service named "lorikeet" to its neighbours in variables such as
  /// `LORIKEET_SERVICE_HOST`, `LORIKEET_PORT=tcp://10.0.0.1:10300` and `LORIKEET_PORT_10300_TCP_ADDR`.
  private static func isServiceLink(_ name: String, _ value: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let words = name.split(separator: "_")
    return words.contains("SERVICE") || words.dropLast().contains("PORT")
      || words.last == "PORT" && value.contains("://")
  }

  /// `LANGUAGE` is gettext's, too, on any desktop: "de_AT:de", "C". No tag looks like that.
  private static func isLocaleList(_ name: String, _ value: String) -> Bool {
    name == Setting.language.referenceName
      && (value.contains("_") || value.contains(":") || value == "C" || value == "POSIX")
  }
}

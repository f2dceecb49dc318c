/// The names of the environment variables of a server.
enum EnvironmentName {
  static let prefix = "LORIKEET_"
  /// The variable that names the file of settings.
  static let file = of("config")

  /// Returns the variable of a setting: "LORIKEET_LOG_LEVEL" of "log-level".
  static func of(_ key: String) -> String {
    prefix + key.uppercased().replacing("-", with: "_")
  }

  /// Returns the variables to read: an empty one counts as not set.
  ///
  /// - Throws: An error if a variable with the prefix belongs to no setting.
  static func relevant(in environment: [String: String]) throws(SettingsError) -> [String: String] {
    let known = Set(Setting.all.map(\.environmentName) + [file, ServerSettings.tokenVariable])
    let variables = environment.filter { name, value in
      !value.isEmpty && !isServiceLink(name, value) && !isLocaleList(name, value)
    }
    let unknown = variables.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }
    if let name = unknown.min() { throw .unknownVariable(name) }
    return variables
  }

  /// True for the variables in which Kubernetes and Docker describe a service named "lorikeet" to its neighbours:
  /// `LORIKEET_SERVICE_HOST`, `LORIKEET_PORT=tcp://10.0.0.1:10300` and `LORIKEET_PORT_10300_TCP_ADDR`.
  private static func isServiceLink(_ name: String, _ value: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let words = name.split(separator: "_")
    return words.contains("SERVICE") || words.dropLast().contains("PORT")
      || words.last == "PORT" && value.contains("://")
  }

  /// True for a `LANGUAGE` that a desktop sets for gettext, such as "de_AT:de" or "C". No tag looks like that.
  private static func isLocaleList(_ name: String, _ value: String) -> Bool {
    name == Setting.language.referenceName
      && (value.contains("_") || value.contains(":") || value == "C" || value == "POSIX")
  }
}

/// A setting with a wrong value, or an unknown setting, in one line.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  static func wrong(
    _ values: [String], for setting: Setting, from source: Source, because reason: String? = nil
  ) -> SettingsError {
    let shown = values.isEmpty ? "an empty list" : values.map(\.quoted).joined(separator: ", ")
    var line = "\(setting.name) cannot be \(shown) (\(source))"
    line += reason.map { ": \($0)" } ?? ", expected \(setting.accepted)"
    if reason == nil, let value = values.first,
      let near = nearest(to: value.lowercased(), among: setting.choices)
    {
      line += "; did you mean '\(near)'?"
    }
    return SettingsError(line)
  }

  static func unknownKey(_ key: String, in path: String) -> SettingsError {
    let names = Setting.all.map(\.name)
    let hint =
      nearest(to: key.lowercased().replacing("_", with: "-"), among: names).map { "did you mean '\($0)'?" }
      ?? "expected \(names.alternatives)"
    return SettingsError("unknown key \(key.quoted) (file \(path)), \(hint)")
  }

  static func unknownVariable(_ name: String) -> SettingsError {
    let keys = Setting.all.map(\.name) + ["config"]
    let key = name.dropFirst(EnvironmentName.prefix.count).lowercased().replacing("_", with: "-")
    let hint =
      nearest(to: key, among: keys).map { "did you mean \(EnvironmentName.of($0))?" }
      ?? "expected \(keys.map(EnvironmentName.of).alternatives)"
    return SettingsError("unknown environment variable \(name.quoted), \(hint)")
  }
}

extension String {
  /// The text as messages show it: quoted, on one line, and shortened.
  var quoted: String {
    let limit = 100
    let shown = unicodeScalars.prefix(limit).map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return "'\(shown.joined())\(unicodeScalars.count > limit ? "…" : "")'"
  }
}

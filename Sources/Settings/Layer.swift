internal import Configuration

/// A source in which settings are looked up.
///
/// A `ConfigReader` would merge the sources, but it falls back to the default if it cannot convert a value, and does
/// not say which provider had the value. Here a wrong value is rejected, and the error names its source.
struct Layer {
  private let snapshot: any ConfigSnapshot
  /// Returns the setting's key in this source; `nil` if it has none.
  private let key: (Setting) -> String?
  /// Returns the source of a value from its key and the values.
  private let source: (_ key: String, _ values: [String]) -> Source

  /// - Parameter options: The values of each option, by the option's name.
  static func options(_ options: [String: [String]]) -> Layer {
    let values = options.map { (AbsoluteConfigKey([$0]), ConfigValue(.stringArray($1), isSecret: false)) }
    let provider = InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values))
    return Layer(snapshot: provider.snapshot(), key: \.name) { name, values in
      let isTurnedOff = values == ["false"] && Setting.all.contains { $0.name == name && $0.isSwitch }
      return .option(isTurnedOff ? "no-\(name)" : name)
    }
  }

  /// Lorikeet's own variables, followed by those of the reference system.
  static func environment(_ variables: [String: String]) -> [Layer] {
    let snapshot = EnvironmentVariablesProvider(environmentVariables: variables).snapshot()
    return [
      Layer(snapshot: snapshot, key: \.environmentName) { name, _ in .environment(name) },
      Layer(snapshot: snapshot, key: \.referenceName) { name, _ in .environment(name) },
    ]
  }

  static func file(_ file: SettingsFile) -> Layer {
    Layer(snapshot: file.snapshot, key: { file.keys[$0.name] }, source: { _, _ in .file(file.path) })
  }

  /// - Returns: The setting's values as text, and their source; `nil` if it is not set here.
  func values(of setting: Setting) -> (values: [String], source: Source)? {
    guard let key = key(setting) else { return nil }
    let absolute = AbsoluteConfigKey([key])
    // A snapshot throws if a value has another type; these two are the only types that it has.
    if let list = try? snapshot.value(forKey: absolute, type: .stringArray).value?.content,
      case .stringArray(let values) = list
    {
      return (values, source(key, values))
    }
    if let text = try? snapshot.value(forKey: absolute, type: .string).value?.content,
      case .string(let value) = text
    {
      return ([value], source(key, [value]))
    }
    return nil
  }
}

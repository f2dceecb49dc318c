internal import Configuration

/// One of the places where settings are looked up.
///
/// A `ConfigReader` would merge them, but it takes the default for a value that it cannot convert, and does not
/// return which provider answered. Here a wrong value is refused, and its source named.
struct Layer {
  private let snapshot: any ConfigSnapshot
  /// The setting's key in this place; `nil` if it has none.
  private let key: (Setting) -> String?
  /// From the key and the values.
  private let source: (_ key: String, _ values: [String]) -> Source

  /// - Parameter options: What follows each option, by the option's name.
  static func options(_ options: [String: [String]]) -> Layer {
    let values = options.map { (AbsoluteConfigKey([$0]), ConfigValue(.stringArray($1), isSecret: false)) }
    let provider = InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values))
    return Layer(snapshot: provider.snapshot(), key: \.name) { name, values in
      let isTurnedOff = values == ["false"] && Setting.all.contains { $0.name == name && $0.isSwitch }
      return .option(isTurnedOff ? "no-\(name)" : name)
    }
  }

  /// Our own variables before the reference system's.
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

  /// - Returns: What the setting is told here, as text; `nil` if nothing.
  func values(of setting: Setting) -> (values: [String], source: Source)? {
    guard let key = key(setting) else { return nil }
    let absolute = AbsoluteConfigKey([key])
    // A snapshot throws where it has a value of another type, and it has no other types than these two.
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

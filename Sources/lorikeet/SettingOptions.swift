internal import ArgumentParser
internal import Settings

/// Options that are settings: each property holds the values on the command line, and is named after its setting.
/// A property has no default, because its value can come from elsewhere.
protocol SettingOptions: ParsableArguments {}

extension SettingOptions {
  /// The values of the options that are given, by the setting's name.
  fileprivate var values: [String: [String]] {
    var values: [String: [String]] = [:]
    for child in Mirror(reflecting: self).children {
      guard let option = child.value as? any SettingOption, let property = child.label else { continue }
      values[Self.settingName(of: property)] = option.values
    }
    return values
  }

  /// Returns "lazy-buckets" for "_lazyBuckets", the storage of the property wrapper.
  private static func settingName(of property: String) -> String {
    property.drop { $0 == "_" }.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
  }
}

extension ParsableArguments {
  /// The values of all settings that are given as options, by the setting's name.
  var given: [String: [String]] {
    Mirror(reflecting: self).children.compactMap { ($0.value as? any SettingGroup)?.values }
      .reduce(into: [:]) { all, values in all.merge(values) { first, _ in first } }
  }

  /// Returns the settings from the options and the defaults.
  func settings() throws(SettingsError) -> ResolvedSettings {
    try ServerSettings.resolve(options: given, environment: DataDirectory.variables, file: nil)
  }

  /// Rejects a wrong option and prints the usage: nothing takes precedence over an option.
  func validateSettings() throws {
    _ = try validating { try settings() }
  }
}

/// An option or a flag of ``SettingOptions``.
private protocol SettingOption {
  /// The values that are given; `nil` if there are none.
  var values: [String]? { get }
}

extension Option: SettingOption {
  fileprivate var values: [String]? {
    if let list = wrappedValue as? [String] { return list.isEmpty ? nil : list }
    return (wrappedValue as? String).map { [$0] }
  }

  /// Creates an option for a setting with one value.
  init(_ setting: Setting, completion: CompletionKind? = nil) where Value == String? {
    self.init(
      name: .customLong(setting.name), help: ArgumentHelp(setting),
      completion: completion ?? .list(setting.choices))
  }

  /// Creates an option whose value can be omitted.
  init(_ setting: Setting, defaultAsFlag value: String) where Value == String? {
    self.init(name: .customLong(setting.name), defaultAsFlag: value, help: ArgumentHelp(setting))
  }

  /// Creates an option for a setting with several values.
  init(_ setting: Setting) where Value == [String] {
    self.init(wrappedValue: [], name: .customLong(setting.name), help: ArgumentHelp(setting))
  }
}

extension Flag: SettingOption {
  fileprivate var values: [String]? { (wrappedValue as? Bool).map { [$0.description] } }

  /// Creates a switch with `--no-` as its inversion.
  init(_ setting: Setting) where Value == Bool? {
    self.init(name: .customLong(setting.name), inversion: .prefixedNo, help: ArgumentHelp(setting))
  }
}

/// An option group of ``SettingOptions``.
private protocol SettingGroup {
  var values: [String: [String]] { get }
}

extension OptionGroup: SettingGroup where Value: SettingOptions {
  fileprivate var values: [String: [String]] { wrappedValue.values }
}

extension ArgumentHelp {
  fileprivate init(_ setting: Setting) {
    let notes = setting.notes(dataDir: DataDirectory.standard)
    self.init(
      "\(setting.help)\(notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")",
      valueName: setting.valueName)
  }
}

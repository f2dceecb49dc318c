internal import SystemPaths

/// Settings, and where each of them comes from.
public struct ResolvedSettings: Sendable, CustomStringConvertible {
  public let settings: ServerSettings
  /// By the setting's name; the others have their default.
  private let sources: [String: Source]

  init(_ settings: ServerSettings, sources: [String: Source]) {
    self.settings = settings
    self.sources = sources
  }

  public func source(of setting: Setting) -> Source { sources[setting.name] ?? .standard }

  /// The error for a value that only its user can tell is wrong.
  ///
  /// - Parameter reason: What is wrong with it, if the accepted values do not say it all.
  public func refusal(of setting: Setting, _ value: String, because reason: String? = nil) -> SettingsError {
    .wrong([value], for: setting, from: source(of: setting), because: reason)
  }

  /// A line for each setting: `device = cpu  (option --device)`.
  public var description: String {
    let rows = Setting.all.map { setting in
      (name: setting.name, value: setting.write(settings)?.readable ?? "not set", source: source(of: setting))
    }
    let nameWidth = rows.map(\.name.count).max() ?? 0
    let valueWidth = rows.map(\.value.count).max() ?? 0
    return rows.map { row in
      "\(row.name.padded(to: nameWidth)) = \(row.value.padded(to: valueWidth))  (\(row.source))"
    }.joined(separator: "\n")
  }
}

extension ServerSettings {
  /// Settles what each setting is: an option goes before the environment, there our own variables before the
  /// reference system's, then comes the file, then the default. What is overruled is not looked at.
  ///
  /// - Parameters:
  ///   - options: What follows each option, by the option's name.
  ///   - file: The path of a YAML or JSON file; without it `LORIKEET_CONFIG` names one, or there is none.
  /// - Throws: What is wrong, where it was said, and what is accepted.
  public static func resolve(
    options: [String: [String]], environment: [String: String], file: String?
  ) throws(SettingsError) -> ResolvedSettings {
    let variables = try EnvironmentName.relevant(in: environment)
    var layers = [Layer.options(options)] + Layer.environment(variables)
    if let path = file ?? variables[EnvironmentName.file] {
      layers.append(.file(try SettingsFile(path: path)))
    }
    var settings = ServerSettings(dataDir: DataDirectory.standard(in: environment))
    var sources: [String: Source] = [:]
    for setting in Setting.all {
      guard let (values, source) = layers.lazy.compactMap({ $0.values(of: setting) }).first else { continue }
      guard setting.read(values, &settings) else { throw .wrong(values, for: setting, from: source) }
      sources[setting.name] = source
    }
    return ResolvedSettings(settings, sources: sources)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

public import Addresses
internal import Devices
internal import Recognition
internal import SystemPaths

/// Settings with the source of each.
public struct ResolvedSettings: Sendable, CustomStringConvertible {
  public let settings: ServerSettings
  /// The addresses that `uri` names.
  public private(set) var addresses: [ListenAddress] = []
  /// The addresses that `http` names.
  public private(set) var httpAddresses: [ListenAddress] = []
  /// The sources by the setting's name; settings that are not there have their default.
  private let sources: [String: Source]

  /// - Throws: If an address or the buckets are wrong.
  init(_ settings: ServerSettings, sources: [String: Source]) throws(SettingsError) {
    self.settings = settings
    self.sources = sources
    for uri in settings.uris {
      do throws(AddressError) {
        addresses.append(try ListenAddress(parsing: uri))
      } catch {
        throw refusal(of: .uri, uri, because: error.why)
      }
    }
    for text in settings.https {
      let address: ListenAddress
      do throws(AddressError) {
        address = try ListenAddress(parsing: text)
      } catch {
        throw refusal(of: .http, text, because: error.why)
      }
      guard case .tcp = address.endpoint else {
        throw refusal(of: .http, text, because: "HTTP needs tcp://HOST:PORT")
      }
      httpAddresses.append(address)
    }
    if (settings.httpCertificate == nil) != (settings.httpKey == nil) {
      let (given, setting) =
        settings.httpKey.map { ($0, Setting.httpKey) } ?? (settings.httpCertificate ?? "", .httpCertificate)
      throw refusal(of: setting, given, because: "HTTPS needs both http-certificate and http-key")
    }
    if settings.listening.gate == .off {
      if settings.endpointing { throw refusal(of: .endpointing, "on", because: Self.needsActivity) }
      if let place = addresses.firstIndex(where: { $0.endpointing == true }) {
        throw refusal(of: .uri, settings.uris[place], because: Self.needsActivity)
      }
    }
    do throws(DeviceError) {
      try settings.compute.checkBuckets()
    } catch {
      let setting = settings.compute.lazyBuckets == nil ? Setting.buckets : .lazyBuckets
      throw refusal(of: setting, setting.write(settings) ?? "", because: error.description)
    }
  }

  private static let needsActivity =
    "endpointing needs voice activity detection, and vad is off; use vad trim"

  public func source(of setting: Setting) -> Source { sources[setting.name] ?? .standard }

  /// Returns the error for a value that its setting accepts and its user does not.
  ///
  /// - Parameter reason: The reason, if the accepted values do not explain it.
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
  /// Resolves each setting. An option takes precedence over the environment, in which Lorikeet's own variables take
  /// precedence over the reference system's; then come the file and the default. Overridden values are not checked.
  ///
  /// - Parameters:
  ///   - options: The values of each option, by the option's name.
  ///   - file: The path of a YAML or JSON file; if `nil`, the one that `LORIKEET_CONFIG` names, if any.
  /// - Throws: An error that names the wrong value, its source, and the accepted values.
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
    return try ResolvedSettings(settings, sources: sources)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

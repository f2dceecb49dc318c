internal import Logging
internal import ModelStore
internal import Recognition
internal import Settings
internal import WyomingProtocol
internal import WyomingServer

// Settings as the modules that are set by them know them.
extension ResolvedSettings {
  func addresses() throws(SettingsError) -> [ListenAddress] {
    var addresses: [ListenAddress] = []
    for uri in settings.uris {
      do throws(ListenAddressError) {
        addresses.append(try ListenAddress(parsing: uri))
      } catch {
        throw refusal(of: .uri, uri, because: error.what)
      }
    }
    return addresses
  }

  func logLevel() throws(SettingsError) -> Logger.Level {
    try value(of: .logLevel, settings.logLevel, Logger.Level.init(rawValue:))
  }

  /// The model of an address.
  func wanted(_ model: String) throws(SettingsError) -> WantedModel {
    WantedModel(
      name: model, device: try value(of: .device, settings.device, Device.init(rawValue:)),
      precision: try value(of: .precision, settings.precision, Precision.init(rawValue:)),
      dataDirectory: settings.dataDir, isCached: settings.cache, keepsOriginals: settings.keepsOriginals,
      isOffline: settings.offline)
  }

  var serverLimits: ServerLimits {
    let limits = settings.limits
    var result = ServerLimits()
    result.events.header = limits.headerBytes
    result.events.data = limits.dataBytes
    result.events.payload = limits.payloadBytes
    result.connections = limits.connections
    result.utteranceSeconds = Double(limits.utteranceSeconds)
    result.stallSeconds = Double(limits.stallSeconds)
    result.idleSeconds = Double(limits.idleSeconds)
    result.deadlineSeconds = Double(limits.deadlineSeconds)
    return result
  }

  private func value<Value>(
    of setting: Setting, _ text: String, _ parse: (String) -> Value?
  ) throws(SettingsError) -> Value {
    guard let value = parse(text) else { throw refusal(of: setting, text) }
    return value
  }
}

internal import Devices
internal import Logging
internal import ModelStore
internal import Recognition
internal import Settings
internal import VoiceActivity
internal import Wording
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
  ///
  /// - Parameter name: `nil` for the model of all addresses that have none of their own.
  func wanted(_ name: String? = nil) throws(SettingsError) -> ModelRequest {
    ModelRequest(
      name: name ?? settings.model, compute: try compute(), listening: try listening(),
      forcesScript: settings.forcesScript,
      dataDirectory: settings.dataDir,
      isCached: settings.cache, keepsOriginals: settings.keepsOriginals, isOffline: settings.offline)
  }

  /// How a transcript is worded.
  func wording() throws(SettingsError) -> Wording {
    Wording(
      form: try value(of: .text, settings.text, Wording.Form.init(rawValue:)),
      numbers: try value(of: .numbers, settings.numbers, Wording.Numbers.init(rawValue:)))
  }

  private func listening() throws(SettingsError) -> ListeningSettings {
    var listening = ListeningSettings()
    listening.gate = try value(of: .vad, settings.vad, VoiceGate.init(rawValue:))
    listening.attempts = settings.maxSpeculations
    listening.maximumGain = settings.maxGain
    let voice = settings.voice
    do throws(VoiceActivityError) {
      listening.activity = try VoiceActivitySettings(
        margin: voice.margin, onset: voice.onsetSeconds, hangOver: voice.hangOverSeconds,
        leadingPad: voice.leadingSeconds, trailingPad: voice.trailingSeconds)
    } catch {
      throw refusal(of: .vad, settings.vad, because: error.description)
    }
    return listening
  }

  private func compute() throws(SettingsError) -> ComputeSettings {
    var compute = ComputeSettings(
      device: try value(of: .device, settings.device, Device.init(rawValue:)),
      precision: try value(of: .precision, settings.precision, Precision.init(rawValue:)))
    compute.fallback = try value(of: .fallback, settings.fallback, Fallback.init(rawValue:))
    compute.decoderDevice = try value(of: .decoderDevice, settings.decoderDevice, Device.init(rawValue:))
    compute.buckets = settings.buckets
    compute.lazyBuckets = settings.lazyBuckets
    compute.encoderCacheLimits = EncoderCacheLimits(
      bytes: settings.memoryBudget, count: settings.maxResidentBuckets)
    compute.inferenceSeconds = Double(settings.inferenceSeconds)
    compute.windowSeconds = Double(settings.windowSeconds)
    for property in settings.deviceProperties {
      // The setting has an equals sign in each.
      let halves = property.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      compute.properties[String(halves[0])] = halves.count > 1 ? String(halves[1]) : ""
    }
    do throws(BucketError) {
      try compute.checkBuckets()
    } catch {
      let (setting, seconds) =
        settings.lazyBuckets.map { (Setting.lazyBuckets, $0) } ?? (.buckets, settings.buckets ?? [])
      throw refusal(
        of: setting, seconds.map(\.description).joined(separator: ", "), because: error.description)
    }
    return compute
  }

  var serverLimits: ServerLimits {
    let limits = settings.limits
    var result = ServerLimits()
    result.events.header = limits.headerBytes
    result.events.data = limits.dataBytes
    result.events.payload =
      limits.payloadBytes ?? EventLimits.payload(ofSeconds: limits.utteranceSeconds)
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

internal import ArgumentParser
internal import Settings

/// The address options of `serve`.
struct AddressOptions: SettingOptions {
  @Option(.uri) var uri: [String]
  @Option(.zeroconf, defaultAsFlag: "yes") var zeroconf: String?
  @Option(.zeroconfInterface) var zeroconfInterface: [String]
}

/// The options of `serve` for HTTP.
struct HTTPOptions: SettingOptions {
  @Option(.http) var http: [String]
  @Option(.httpTokenFile, completion: .file()) var httpTokenFile: String?
  @Option(.httpCertificate, completion: .file()) var httpCertificate: String?
  @Option(.httpKey, completion: .file()) var httpKey: String?
  @Option(.httpOrigin) var httpOrigin: [String]
  @Option(.httpPage) var httpPage: String?
}

/// The recognition options of `serve` alone.
struct EndpointingOptions: SettingOptions {
  @Option(.endpointing) var endpointing: String?
}

/// The log options of `serve`.
struct LogOptions: SettingOptions {
  @Option(.logLevel) var logLevel: String?
  @Option(.logFormat) var logFormat: String?
  @Flag(.logTranscripts) var logTranscripts: Bool?
}

/// The options of `serve` that limit clients.
struct LimitOptions: SettingOptions {
  @Option(.maxConnections) var maxConnections: String?
  @Option(.maxUtteranceSeconds) var maxUtteranceSeconds: String?
  @Option(.deadlineSeconds) var deadlineSeconds: String?
  @Option(.idleSeconds) var idleSeconds: String?
  @Option(.drainSeconds) var drainSeconds: String?
  @Option(.httpMaxBytes) var httpMaxBytes: String?
  @Option(.httpRequestSeconds) var httpRequestSeconds: String?
  @Option(.httpMaxRequests) var httpMaxRequests: String?
}

/// The options of `serve` whose defaults suit nearly everyone.
struct AdvancedServeOptions: SettingOptions {
  @Option(.maxSpeculations) var maxSpeculations: String?
  @Option(.endpointCompleteSeconds) var endpointCompleteSeconds: String?
  @Option(.endpointUndecidedSeconds) var endpointUndecidedSeconds: String?
  @Option(.endpointOpenSeconds) var endpointOpenSeconds: String?
  @Option(.endpointNoSpeechSeconds) var endpointNoSpeechSeconds: String?
  @Option(.endpointLongestSeconds) var endpointLongestSeconds: String?
  @Option(.stallSeconds) var stallSeconds: String?
  @Option(.maxHeaderBytes) var maxHeaderBytes: String?
  @Option(.maxDataBytes) var maxDataBytes: String?
  @Option(.maxPayloadBytes) var maxPayloadBytes: String?
}

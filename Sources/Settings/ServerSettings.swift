public import Devices
public import Endpointing
public import HTTPServer
public import Logging
public import Recognition
public import Wording
public import WyomingServer

/// The settings of a server; the initial values are the defaults.
public struct ServerSettings: Sendable, Equatable {
  /// The addresses to listen on; see `ResolvedSettings.addresses`.
  public var uris = ["tcp://0.0.0.0:10300"]

  /// The addresses for HTTP; see `ResolvedSettings.httpAddresses`.
  public var https: [String] = []
  /// The file with the tokens of HTTP clients; `nil` if all may use the server.
  public var httpTokenFile: String?
  /// The files with the certificate and the key of HTTPS; `nil` for plain HTTP.
  public var httpCertificate, httpKey: String?
  /// The origins of web pages that may use the server from a browser.
  public var httpOrigins: [String] = []
  /// True if the page is served.
  public var httpPage = true
  /// The limits of HTTP alone; see ``allHTTPLimits``.
  public var httpLimits = HTTPLimits()

  /// "no", "yes", or the name under which the server is advertised.
  public var zeroconf = "no"
  /// The network interfaces to advertise on; if empty, all that reach other machines.
  public var zeroconfInterfaces: [String] = []

  /// The name of a known model, or a model's directory.
  public var model = "builtin"
  public var compute = ComputeSettings()
  public var listening = ListeningSettings()
  /// True if the server hears the end of utterances.
  public var endpointing = false
  /// The times after which it hears it.
  public var endpointTimes = EndpointTimes()
  /// The tag of the language that is spoken; `nil` if it is not known.
  public var language: String?
  public var wording = Wording()
  /// The file with names; `nil` for none.
  public var names: String?
  /// The address of Home Assistant, to read the home's names from; `nil` for none.
  public var homeAssistant: String?
  /// The file with the token for Home Assistant; `nil` for ``tokenVariable``.
  public var homeAssistantTokenFile: String?
  /// The environment variable with the token for Home Assistant. It is no setting, because settings can be printed, and
  /// no option, because every process can read a command line.
  public static let tokenVariable = "LORIKEET_HOME_ASSISTANT_TOKEN"

  /// The directory for downloaded, prepared and compiled models.
  public var dataDir: String
  /// True if prepared and compiled models are kept.
  public var cache = true
  /// True if the files that a model was prepared from stay in the store.
  public var keepsOriginals = true
  /// True if the network is never used.
  public var offline = false

  public var logLevel = Logger.Level.info
  public var logFormat = LogFormat.text
  public var logTranscripts = false

  /// The time that running utterances get after a signal, in seconds.
  public var drainSeconds = 10
  public var limits = ServerLimits()

  public init(dataDir: String) {
    self.dataDir = dataDir
  }

  /// The limits of HTTP, with those that all protocols share.
  public var allHTTPLimits: HTTPLimits {
    var all = httpLimits
    all.connections = limits.connections
    all.stallSeconds = limits.stallSeconds
    all.idleSeconds = limits.idleSeconds
    all.deadlineSeconds = limits.deadlineSeconds
    all.utteranceSeconds = limits.utteranceSeconds
    return all
  }
}

/// The format of the log.
public enum LogFormat: String, Sendable, CaseIterable {
  case text
  case json
}

internal import Addresses
internal import Glibc
internal import HTTPServer
internal import Inference
internal import Logging
internal import Names
internal import ServiceLifecycle
internal import Serving
internal import Settings
internal import Telemetry
internal import WyomingServer

/// The servers of a process and the services that they need: each model is loaded once, and all addresses share it.
struct ServerAssembly {
  /// The servers, one for each address.
  private(set) var servers: [any Service] = []
  /// The services that load models and read files again.
  private(set) var helpers: [any Service] = []

  private let settings: ServerSettings
  private let names: NameBook
  private let logger: Logger
  private let metrics = SpeechMetrics()
  /// The models in the order of the addresses that name them first.
  private var models: [(name: String, served: ServedRecognizer)] = []

  /// Begins without any address.
  init(_ settings: ServerSettings, _ names: NameBook, _ logger: Logger) {
    self.settings = settings
    self.names = names
    self.logger = logger
  }

  /// Adds a Wyoming server.
  mutating func add(
    wyoming address: ListenAddress,
    onOpen: @escaping @Sendable (ListenAddress, _ ipAddress: String?) -> Void
  ) throws {
    servers.append(
      WyomingServer(
        address: address, service: try service(of: address), limits: settings.limits,
        version: Lorikeet.version, logger: logger, onOpen: onOpen))
  }

  /// Adds the HTTP servers. Each offers all models of the process, so add them after the others.
  mutating func add(http addresses: [ListenAddress]) throws {
    guard !addresses.isEmpty else { return }
    let services = try addresses.map { try service(of: $0) }
    let tokens = try settings.httpTokenFile.map { path in
      let tokens = try AccessTokens(file: path)
      watch("tokens", [path], "read the tokens again", "kept the tokens that were read before") {
        try tokens.reload()
      }
      return tokens
    }
    let certificate = try certificate()
    let facts = ServerFacts(
      version: Lorikeet.version, openVINOVersion: Runtime.version, startTime: Double(time(nil)),
      processMetrics: ProcessMetrics().families)
    for (address, standard) in zip(addresses, services) {
      let others = models.filter { $0.served !== standard.model }.map { service(with: $0.served, address) }
      let application = HTTPApplication(
        models: ServedModels(standard: standard, others: others), limits: settings.allHTTPLimits,
        tokens: tokens, origins: Origins(settings.httpOrigins), metrics: metrics, about: facts,
        hasPage: settings.httpPage, directory: settings.dataDir, logger: logger)
      servers.append(
        HTTPServer(address: address, application: application, certificate: certificate))
    }
  }

  private mutating func certificate() throws -> ServerCertificate? {
    guard let file = settings.httpCertificate, let key = settings.httpKey else { return nil }
    let certificate = try ServerCertificate(certificate: file, key: key)
    watch(
      "certificate", [file, key], "read the certificate again", "kept the certificate that was read before"
    ) {
      try certificate.reload()
    }
    return certificate
  }

  /// Reads files again whenever one of them changes.
  private mutating func watch(
    _ name: String, _ paths: [String], _ done: String, _ kept: String,
    _ reload: @escaping @Sendable () throws -> Void
  ) {
    helpers.append(
      FileWatch(name, paths) { [logger] in
        do {
          try reload()
          logger.info("\(done)")
        } catch {
          logger.warning("\(kept)", metadata: ["why": "\(error)"])
        }
      })
  }

  private mutating func service(of address: ListenAddress) throws -> SpeechService {
    let name = address.model ?? settings.model
    if let known = models.first(where: { $0.name == name }) { return service(with: known.served, address) }
    let load = try RecognizerLoading(ModelRequest(settings, model: name), logger)
    helpers.append(load)
    models.append((name, load.served))
    return service(with: load.served, address)
  }

  private func service(with model: ServedRecognizer, _ address: ListenAddress) -> SpeechService {
    SpeechService(
      model: model, language: address.language ?? settings.language, names: names, wording: settings.wording,
      endpointing: address.endpointing ?? settings.endpointing ? settings.endpointTimes : nil,
      logsTranscripts: settings.logTranscripts, metrics: metrics)
  }
}

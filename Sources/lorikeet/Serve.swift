internal import ArgumentParser
internal import Logging
internal import ServiceDiscovery
internal import ServiceLifecycle
internal import Settings
internal import UnixSignals
internal import WyomingServer

/// `lorikeet serve`: answers Wyoming clients such as Home Assistant.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve speech to text over the Wyoming protocol.",
    discussion: """
      SIGTERM, SIGINT and SIGHUP end it in good order: utterances that have begun still get their transcript. A second \
      SIGTERM or SIGINT ends it at once.

      An address may have a model and a language of its own: 'tcp://0.0.0.0:10301?model=builtin&language=es'.

      Each setting may also be given by an environment variable, LORIKEET_LOG_LEVEL for --log-level, or in the file \
      that --config or LORIKEET_CONFIG names: log-level: info.
      """.with(.serve))

  @OptionGroup var options: ServeOptions

  // On the main thread: looking for the reason of a failure reads files.
  @MainActor
  func run() async throws {
    do {
      let resolved = try options.resolve()
      if options.printConfig { return try Terminal.print(resolved.description) }
      let logger = try logger(resolved)
      var configuration = ServiceGroupConfiguration(
        services: try services(resolved, logger), gracefulShutdownSignals: Signals.ending,
        logger: quiet(logger))
      configuration.maximumGracefulShutdownDuration = .seconds(resolved.settings.drainSeconds)
      let group = ServiceGroup(configuration: configuration)
      try await SecondSignal.endsAtOnce(logger) { try await group.run() }
      leave(.success)
    } catch {
      Terminal.fail(Remedies.explained(error))
      leave(.failure)
    }
  }

  private func logger(_ resolved: ResolvedSettings) throws -> Logger {
    let format = resolved.settings.logFormat
    let queue = Terminal.queueNotes { LogOutput.dropped($0, as: format) }
    LoggingSystem.bootstrap { _ in LogOutput(format: format, queue: queue) }
    var logger = Logger(label: "lorikeet")
    logger.logLevel = try resolved.logLevel()
    return logger
  }

  /// The model of each address, loaded once each, and a server for each address.
  private func services(
    _ resolved: ResolvedSettings, _ logger: Logger
  ) throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    var models: [String: ServedRecognizer] = [:]
    var loading: [ServiceGroupConfiguration.ServiceConfiguration] = []
    var servers: [ServiceGroupConfiguration.ServiceConfiguration] = []
    let discovery = try resolved.discovery()
    let advertiser = discovery.map { Advertiser(interfaces: $0.interfaces, logger: logger) }
    for (place, address) in try resolved.addresses().enumerated() {
      let name = address.model ?? resolved.settings.model
      let model: ServedRecognizer
      if let known = models[name] {
        model = known
      } else {
        let load = try RecognizerLoading(resolved.wanted(name), logger)
        model = load.served
        models[name] = model
        loading.append(.init(service: load))
      }
      let service = SpeechService(
        model: model, language: address.language ?? resolved.settings.language,
        wording: try resolved.wording(), logsTranscripts: resolved.settings.logTranscripts)
      let server = WyomingServer(
        address: address, service: service, limits: resolved.serverLimits, logger: logger
      ) { address, ipAddress in
        guard let advertiser, let discovery else { return }
        if let offer = discovery.offer(address, ipAddress: ipAddress, place: place) {
          advertiser.add(offer)
        } else {
          logger.notice("not advertised: no other machine gets there", metadata: ["uri": "\(address)"])
        }
      }
      servers.append(.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup))
    }
    // The last is the first to be shut down: nobody is to find a server that takes no more clients.
    return loading + servers + (advertiser.map { [.init(service: $0)] } ?? [])
  }

  /// The service group tells each of its steps; only what goes wrong is of interest.
  private func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    return quiet
  }
}

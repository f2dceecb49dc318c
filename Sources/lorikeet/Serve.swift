internal import Addresses
internal import ArgumentParser
internal import HomeAssistant
internal import Logging
internal import Names
internal import ServiceDiscovery
internal import ServiceLifecycle
internal import Settings
internal import SystemPaths

/// `lorikeet serve`: answers Wyoming clients such as Home Assistant.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve speech to text over the Wyoming protocol.",
    discussion: """
      SIGTERM, SIGINT and SIGHUP shut the server down gracefully: utterances that have begun still get their \
      transcript. A second SIGTERM or SIGINT ends it immediately.

      An address can have its own model, language and endpointing: \
      'tcp://0.0.0.0:10301?model=builtin&language=es&endpointing=on'.

      Each setting can also be an environment variable, such as LORIKEET_LOG_LEVEL for --log-level, or a line in the \
      file that --config or LORIKEET_CONFIG names, such as log-level: info.
      """.with(.serve))

  @OptionGroup(title: "Address options") var addresses: AddressOptions
  @OptionGroup(title: "HTTP options") var http: HTTPOptions
  @OptionGroup(title: "Recognition options") var speech: SpeechOptions
  @OptionGroup(title: "Recognition options") var endpointing: EndpointingOptions
  @OptionGroup(title: "Names options") var nameSources: NameSourceOptions
  @OptionGroup(title: "Names options") var names: NamesOptions
  @OptionGroup(title: "Text options") var text: TextOptions
  @OptionGroup(title: "Log options") var log: LogOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Advanced options") var advancedSpeech: AdvancedSpeechOptions
  @OptionGroup(title: "Advanced options") var advanced: AdvancedServeOptions

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "YAML or JSON file with settings; options and environment variables take precedence over it.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String?

  @Flag(help: "Print each setting with its source, and exit.")
  var printConfig = false

  /// Rejects a wrong option and prints the usage: nothing takes precedence over an option.
  func validate() throws {
    _ = try validating {
      try ServerSettings.resolve(options: given, environment: [:], file: nil).discovery()
    }
  }

  // On the main thread, because explaining a failure reads files.
  @MainActor
  func run() async throws {
    do {
      let resolved = try ServerSettings.resolve(
        options: given, environment: SystemProcess.environment, file: file)
      let discovery = try resolved.discovery()
      if printConfig { return try Terminal.print(resolved.description) }
      let logger = logger(resolved.settings)
      var configuration = ServiceGroupConfiguration(
        services: try services(resolved, discovery, logger), logger: quiet(logger))
      configuration.maximumGracefulShutdownDuration = .seconds(resolved.settings.drainSeconds)
      let group = ServiceGroup(configuration: configuration)
      try await Shutdown.onSignals(group, logger)
      leave(.success)
    } catch {
      Terminal.fail(error)
      leave(.failure)
    }
  }

  private func logger(_ settings: ServerSettings) -> Logger {
    let format = settings.logFormat
    let queue = Terminal.queueNotes { LogOutput.dropped($0, as: format) }
    LoggingSystem.bootstrap { _ in LogOutput(format: format, queue: queue) }
    var logger = Logger(label: "lorikeet")
    logger.logLevel = settings.logLevel
    return logger
  }

  /// Returns a service that loads each model once, and a server for each address.
  private func services(
    _ resolved: ResolvedSettings, _ discovery: Discovery?, _ logger: Logger
  ) throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    let settings = resolved.settings
    let (names, nameServices) = try names(settings, logger)
    let advertiser = discovery.map { Advertiser(interfaces: $0.interfaces, logger: logger) }
    var assembly = ServerAssembly(settings, names, logger)
    for (place, address) in resolved.addresses.enumerated() {
      try assembly.add(wyoming: address) { address, ipAddress in
        guard let advertiser, let discovery else { return }
        if let advertisement = discovery.advertisement(of: address, ipAddress: ipAddress, place: place) {
          advertiser.add(advertisement)
        } else {
          logger.notice("not advertised: no other machine can reach it", metadata: ["uri": "\(address)"])
        }
      }
    }
    try assembly.add(http: resolved.httpAddresses)
    // The last service is shut down first: clients must not find a server that accepts no more connections.
    let helpers = (nameServices + assembly.helpers).map {
      ServiceGroupConfiguration.ServiceConfiguration(service: $0)
    }
    let servers = assembly.servers.map {
      ServiceGroupConfiguration.ServiceConfiguration(
        service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
    }
    return helpers + servers + (advertiser.map { [.init(service: $0)] } ?? [])
  }

  /// Returns the names of the home, and the services that keep them up to date.
  private func names(
    _ settings: ServerSettings, _ logger: Logger
  ) throws -> (NameBook, [any Service]) {
    let home = try HomeSource(settings, environment: SystemProcess.environment)
    let book = NameBook((settings.names == nil ? [] : [.file]) + (home == nil ? [] : [.homeAssistant]))
    var services: [any Service] = []
    if let file = settings.names { services.append(try NamesFileWatch(file, book, logger).watch) }
    if let home { services.append(HomeNames(home.address, home.token, book: book, logger: logger)) }
    return (book, services)
  }

  /// Returns a logger for the service group, which logs each step; only its errors are of interest.
  private func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    return quiet
  }
}

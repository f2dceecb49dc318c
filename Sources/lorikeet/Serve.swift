internal import ArgumentParser
internal import Logging
internal import ModelStore
internal import Recognition
internal import ServiceLifecycle
internal import UnixSignals
internal import WyomingServer

/// `lorikeet serve`: answers Wyoming clients such as Home Assistant.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve speech to text over the Wyoming protocol.",
    discussion: """
      SIGTERM and SIGINT end it in good order: utterances that have begun still get their transcript. A second \
      signal ends it at once.
      """)

  @OptionGroup var recognition: RecognitionOptions

  @Option(
    help: ArgumentHelp(
      """
      Where to listen: tcp://HOST:PORT, unix:///PATH or stdio://; may be repeated. An address may have a model and \
      a language of its own: 'tcp://0.0.0.0:10301?model=builtin&language=es'. (default: tcp://0.0.0.0:10300)
      """), transform: ListenAddress.argument)
  var uri: [ListenAddress] = []

  @Option(help: "How much is logged, on standard error.")
  var logLevel = Logger.Level.info

  @Option(help: "How the log is written.")
  var logFormat = LogFormat.text

  @Flag(help: "Write what was said into the log.")
  var logTranscripts = false

  /// Seconds that running utterances have after a signal.
  private static let drainSeconds = 10

  func run() async throws {
    LoggingSystem.bootstrap { [logFormat] _ in LogOutput(format: logFormat) }
    var logger = Logger(label: "lorikeet")
    logger.logLevel = logLevel
    do {
      let services = try services(logger: logger)
      var configuration = ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
      configuration.maximumGracefulShutdownDuration = .seconds(Self.drainSeconds)
      let group = ServiceGroup(configuration: configuration)
      try await SecondSignal.endsAtOnce(logger) { try await group.run() }
      leave(.success)
    } catch {
      Terminal.fail(error)
      leave(.failure)
    }
  }

  /// The model of each address, loaded once each, and a server for each address.
  private func services(logger: Logger) throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    let addresses = uri.isEmpty ? [ListenAddress(.tcp(host: "0.0.0.0", port: 10_300))] : uri
    var recognizers: [String: Recognizer] = [:]
    var loading: [ServiceGroupConfiguration.ServiceConfiguration] = []
    var servers: [ServiceGroupConfiguration.ServiceConfiguration] = []
    for address in addresses {
      let name = address.model ?? recognition.model
      let recognizer = try recognizers[name] ?? recognition.recognizer(model: name)
      if recognizers.updateValue(recognizer, forKey: name) == nil {
        loading.append(
          .init(
            service: ModelLoading(recognizer: recognizer, logger: logger), successTerminationBehavior: .ignore
          ))
      }
      let service = SpeechService(
        recognizer: recognizer, program: Programs.program(for: recognizer.model),
        language: address.language ?? recognition.language, logsTranscripts: logTranscripts)
      servers.append(
        .init(
          service: WyomingServer(address: address, service: service, limits: ServerLimits(), logger: logger),
          successTerminationBehavior: .gracefullyShutdownGroup))
    }
    return loading + servers
  }

  /// The service group tells each of its steps; only what goes wrong is of interest.
  private func quiet(_ logger: Logger) -> Logger {
    var logger = logger
    logger.logLevel = max(logLevel, .error)
    return logger
  }
}

/// Loads a model while its server already listens.
private struct ModelLoading: Service {
  let recognizer: Recognizer
  let logger: Logger

  func run() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      try await cancelWhenGracefulShutdown {
        try await recognizer.prepare()
        try await recognizer.warmUp()
      }
    } catch RecognitionError.cancelled {
      // The server stops before its model was there.
      return
    }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    logger.info(
      "model ready",
      metadata: ["model": "\(recognizer.model.name)", "seconds": "\((seconds * 100).rounded() / 100)"])
  }
}

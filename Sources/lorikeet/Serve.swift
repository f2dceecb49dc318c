internal import ArgumentParser
internal import Logging
internal import ModelStore
internal import Recognition
internal import ServiceLifecycle
internal import UnixSignals
internal import WyomingProtocol
internal import WyomingServer

/// `lorikeet serve`: answers Wyoming clients such as Home Assistant.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve speech to text over the Wyoming protocol.",
    discussion:
      "SIGTERM and SIGINT end it in good order: utterances that have ended still get their transcript.")

  @OptionGroup var recognition: RecognitionOptions

  @Option(
    help: "Where to listen; port 0 is any free port. (default: tcp://0.0.0.0:10300)",
    transform: ListenAddress.argument)
  var uri = ListenAddress(host: "0.0.0.0", port: 10_300)

  @Option(help: "How much is logged, on standard error.")
  var logLevel = Logger.Level.info

  /// Seconds that running utterances have after a signal.
  private static let drainSeconds = 10

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "lorikeet")
    logger.logLevel = logLevel
    try await reportingFailure {
      let recognizer = try await recognition.recognizer { [logger] model in
        PullReport(model: model, showsBar: false) { logger.info("\($0)") }
      }
      let server = WyomingServer(
        address: uri, recognizer: recognizer, program: Self.program(for: recognizer.model),
        language: recognition.language, logger: logger)
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [
            .init(
              service: ModelLoading(recognizer: recognizer, logger: logger),
              successTerminationBehavior: .ignore),
            .init(service: server),
          ],
          gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
      try await group.run()
    }
  }

  /// What `describe` is answered with.
  private static func program(for model: ModelDirectory) -> SpeechProgram {
    let isBuiltin = model.name == ModelDirectory.builtin
    let maker =
      isBuiltin
      ? (name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")
      : (name: "NVIDIA", url: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3")
    let description =
      isBuiltin ? "The tiny built-in model, for a try only" : "Parakeet TDT (\(model.name)) through OpenVINO"
    return SpeechProgram(
      Artifact(
        name: "lorikeet", description: "Lorikeet speech to text", version: Lorikeet.version,
        attribution: (name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")),
      models: [
        SpeechProgram.Model(
          Artifact(name: model.name, description: description, version: Lorikeet.version, attribution: maker),
          languages: model.languages)
      ])
  }
}

/// Loads the model while the server already listens.
private struct ModelLoading: Service {
  let recognizer: Recognizer
  let logger: Logger

  func run() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    try await recognizer.prepare()
    try await recognizer.warmUp()
    logger.info("model ready name=\(recognizer.model.name) seconds=\(start.duration(to: clock.now))")
  }
}

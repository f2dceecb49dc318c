internal import Devices
internal import Logging
internal import ModelDownload
internal import ModelStore
internal import Recognition
internal import ServiceLifecycle
internal import Serving
internal import SpeechEngine
internal import SystemPaths

/// Downloads and loads a model while its server already listens.
///
/// The service group shuts down from the last service to the first: the model continues to load while the servers
/// finish the utterances that wait for it. If it cannot be loaded, the group ends, as the server could never answer.
struct RecognizerLoading: Service {
  let served: ServedRecognizer
  private let request: ModelRequest
  private let place: ModelRequest.Place
  private let logger: Logger

  /// Locates the model.
  ///
  /// - Throws: An error if the model is not on this machine and must not be downloaded.
  init(_ request: ModelRequest, _ logger: Logger) throws {
    self.request = request
    self.logger = logger
    place = try request.locate()
    served =
      switch place {
      case .here(let model): ServedRecognizer(ModelCard(model))
      case .hub(let model, _): ServedRecognizer(ModelCard(model), isFetched: false)
      }
  }

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await load(model()) }
      try await gracefulShutdown()
    } catch DeviceError.cancelled {
      // The server stops before its model is loaded.
    } catch let error as DownloadError where error.isCancelled {
      // The server stops during the download; the downloaded part is kept.
    } catch is CancellationError {
      // The graceful shutdown timed out.
    }
  }

  private func model() async throws -> ModelDirectory {
    switch place {
    case .here(let model):
      if let place = model.selection { logger.info("\(model.name) is in \(place.readable)") }
      return model
    case .hub(let model, let hub):
      let report = PullReport(model: model.name, showsBar: false) { [logger] in logger.info("\($0)") }
      let fetched = try await request.fetch(model, from: hub, report)
      served.fetched(ModelCard(fetched))
      return fetched
    }
  }

  private func load(_ model: ModelDirectory) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let recognizer = request.recognizer(of: model) { [logger] event in
      logger.log(
        level: event.isTrouble ? .warning : event.isNotable ? .notice : .info, "\(Remedies.text(of: event))")
    }
    // An utterance waits until the first device is ready.
    served.arrived(recognizer)
    try await recognizer.prepare()
    served.ready()
    let seconds = start.duration(to: clock.now) / .seconds(1)
    logger.info(
      "model ready", metadata: ["model": "\(model.name)", "seconds": "\((seconds * 100).rounded() / 100)"])
    if model.name == ModelDirectory.builtin {
      logger.notice(
        "builtin is a small model for demonstrations; for the real one, 2.5 GB: --model parakeet-tdt-0.6b-v3")
    }
    await dropOriginals(of: model)
  }

  private func dropOriginals(of model: ModelDirectory) async {
    do {
      guard let bytes = try await request.dropOriginals(of: model) else { return }
      logger.notice(
        "removed the files that the model was prepared from",
        metadata: ["model": "\(model.name)", "size": "\(ByteCount(bytes))"])
    } catch {
      logger.warning(
        "cannot remove the originals of the prepared model", metadata: ["why": "\(Remedies.text(of: error))"])
    }
  }
}

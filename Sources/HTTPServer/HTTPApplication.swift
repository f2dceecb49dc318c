public import Logging
public import Telemetry

/// The contents of an HTTP address, and its clients.
public struct HTTPApplication: Sendable {
  /// The models.
  let models: ServedModels
  let limits: HTTPLimits
  /// The tokens of the clients; `nil` if all may use the server.
  let tokens: AccessTokens?
  let origins: Origins
  /// The metrics of the process.
  let metrics: SpeechMetrics
  let about: ServerFacts
  /// True if the page is served.
  let hasPage: Bool
  /// The directory whose file system has uploads.
  let directory: String
  let logger: Logger

  /// Creates an application.
  ///
  /// - Parameter directory: The directory whose file system has uploads that are too long for memory.
  public init(
    models: ServedModels, limits: HTTPLimits, tokens: AccessTokens? = nil, origins: Origins = Origins(),
    metrics: SpeechMetrics, about: ServerFacts, hasPage: Bool = true, directory: String, logger: Logger
  ) {
    self.models = models
    self.limits = limits
    self.tokens = tokens
    self.origins = origins
    self.metrics = metrics
    self.about = about
    self.hasPage = hasPage
    self.directory = directory
    self.logger = logger
  }
}

/// Facts about the process, for the status and the metrics.
public struct ServerFacts: Sendable {
  /// The version of the server.
  public var version: String
  /// The version of OpenVINO.
  public var openVINOVersion: String
  /// The metrics of the process and of the machine at present. Blocks.
  public var processMetrics: @Sendable () -> [MetricFamily]
  /// The start of the server, in seconds since 1970.
  public var startTime: Double
  let start = ContinuousClock.now

  /// Creates the facts of a process that starts now.
  public init(
    version: String, openVINOVersion: String, startTime: Double,
    processMetrics: @escaping @Sendable () -> [MetricFamily]
  ) {
    self.version = version
    self.openVINOVersion = openVINOVersion
    self.startTime = startTime
    self.processMetrics = processMetrics
  }
}

internal import Concurrency
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore
internal import Serving
internal import StatusReport
internal import Telemetry

/// The endpoints that tell about the server itself.
struct StateEndpoints: Sendable {
  private let application: HTTPApplication

  init(_ application: HTTPApplication) {
    self.application = application
  }

  /// `/ready`: success if all models are loaded.
  func ready(_ request: Request, _ context: EndpointContext) async throws -> Response {
    let waiting = application.models.all.filter { !$0.model.isReady }.map(\.model.card.name)
    var response = Response(
      json: .object([
        "status": .string(waiting.isEmpty ? "ready" : "loading"),
        "loading": .array(waiting.map(JSONValue.string)),
      ]))
    if !waiting.isEmpty { response.status = .serviceUnavailable }
    return response
  }

  /// `/v1/status`: what the page shows about the server.
  func status(_ request: Request, _ context: EndpointContext) async throws -> Response {
    let metrics = application.metrics
    return Response(
      json: .object([
        "version": .string(application.about.version),
        "uptime_seconds": .integer(Int(application.about.start.duration(to: .now).components.seconds)),
        "connections": .object([
          "wyoming": .integer(metrics.connectionCount(.wyoming)),
          "http": .integer(metrics.connectionCount(.http)),
          "realtime": .integer(metrics.connectionCount(.realtime)),
        ]),
        "queue": .integer(metrics.queueDepth),
        "models": .array(application.models.all.map(Self.description)),
        "recent": .array(metrics.recent.list().map(Self.description)),
      ]))
  }

  /// `/metrics` for Prometheus.
  func metrics(_ request: Request, _ context: EndpointContext) async throws -> Response {
    let about = application.about
    let process = try await blocking { about.processMetrics() }
    let format = MetricsFormat(accept: request.headers[.accept])
    let families =
      [
        MetricFamily(
          "lorikeet_build_info", "The version of the server.", .gauge,
          [
            MetricFamily.Sample(
              labels: [Label("version", about.version), Label("openvino", about.openVINOVersion)], value: 1)
          ])
      ] + application.metrics.families + ModelMetrics.families(of: application.models.all) + process
    return Response(
      status: .ok, headers: [.contentType: format.contentType],
      body: .init(byteBuffer: ByteBuffer(string: format.render(families))))
  }

  private static func description(_ service: SpeechService) -> JSONValue {
    var fields = service.status.json
    fields["languages"] = .array(service.model.card.languages.map(JSONValue.string))
    return .object(fields)
  }

  private static func description(_ recent: (age: Duration, answer: SpeechMetrics.Answer)) -> JSONValue {
    let answer = recent.answer
    return .object([
      "seconds_ago": .rounded(recent.age.seconds, to: 10_000),
      "protocol": .string(answer.client.rawValue), "audio_seconds": .rounded(answer.audioSeconds, to: 10_000),
      "latency_seconds": .rounded(answer.latencySeconds, to: 10_000),
      "device": answer.device.map(JSONValue.string) ?? .null,
    ])
  }
}

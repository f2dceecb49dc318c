internal import Concurrency
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Listening
internal import NIOCore
internal import OpenAIProtocol
internal import Recognition
internal import Serving
internal import SocketFaults
internal import Telemetry
internal import Transducer

/// `POST /v1/audio/transcriptions`.
struct Transcriptions: Sendable {
  private let application: HTTPApplication
  private let permits: Permits

  init(_ application: HTTPApplication) {
    self.application = application
    permits = Permits(application.limits.requests)
  }

  /// Answers a request with the transcript of its file, or with a stream of events.
  func respond(_ request: Request, _ context: EndpointContext) async throws -> Response {
    guard case .taken = permits.tryTake() else {
      throw APIError(
        429,
        "\(application.limits.requests) recordings are being recognized, which is the server's setting http-max-requests.",
        type: "rate_limit_error", code: "too_many_requests", retryAfter: 1)
    }
    let permit = HeldPermit(permits)
    let end = ContinuousClock.now + .seconds(application.limits.requestSeconds)
    let reception = UploadReception { began in try await receive(request, until: end, began) }
    do {
      if let streamed = try await reception.stream {
        return try await stream(streamed, reception, permit, until: end, context.activity)
      }
      let (recognition, asked) = try await reception.result
      let result = try await limited(until: end) { TranscriptionResult(try await recognition.transcript) }
      withExtendedLifetime(permit) {}
      let (content, contentType) = result.body(for: asked)
      return Response(
        status: .ok, headers: [.contentType: contentType],
        body: .init(byteBuffer: ByteBuffer(string: content)))
    } catch {
      await reception.stop()
      throw error
    }
  }

  /// Receives the form, unless the client stalls.
  @Sendable private func receive(
    _ request: Request, until end: ContinuousClock.Instant,
    _ onStream: @escaping @Sendable (UploadRecognition) -> Void
  ) async throws -> (UploadRecognition, TranscriptionRequest) {
    let reception = FormReception(application, onStream: onStream)
    let stall = Duration.seconds(application.limits.stallSeconds)
    return try await withThrowingTaskGroup(of: (UploadRecognition, TranscriptionRequest).self) { group in
      group.addTask {
        var reception = reception
        return try await reception.receive(request)
      }
      group.addTask {
        while true {
          let limit = min(reception.lastArrival.value + stall, end)
          if ContinuousClock.now >= limit { throw limit == end ? tooSlow : stalled }
          try await Task.sleep(until: limit, clock: .continuous)
        }
      }
      defer { group.cancelAll() }
      guard let received = try await group.next() else { throw CancellationError() }
      return received
    }
  }

  /// Answers with events: the parts of the text as they become final, then all of it.
  private func stream(
    _ began: UploadRecognition, _ reception: UploadReception, _ permit: HeldPermit,
    until end: ContinuousClock.Instant, _ activity: ConnectionActivity?
  ) async throws -> Response {
    // A recording that cannot be used gets a status, not a stream.
    let first = try await limited(until: end) {
      for await progress in began.progress { return Optional(progress) }
      _ = try await reception.result.0.transcript
      return nil
    }
    let headers: HTTPFields = [
      .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache", .accelBuffering: "no",
    ]
    return Response(
      status: .ok, headers: headers,
      body: .init { writer in
        do {
          try await write(&writer, first, began, reception, until: end, activity)
        } catch {
          await reception.stop()
          throw error
        }
        await reception.stop()
        withExtendedLifetime(permit) {}
        try await writer.finish(nil)
      })
  }

  /// Writes the events of a recognition. What is wrong with the recording is the last of them.
  @concurrent private func write(
    _ writer: inout any ResponseBodyWriter, _ first: UploadRecognition.Progress?, _ began: UploadRecognition,
    _ reception: UploadReception, until end: ContinuousClock.Instant, _ activity: ConnectionActivity?
  ) async throws {
    var events = EventWriter(began, activity)
    do {
      if let first { try await events.delta(first, &writer) }
      for await progress in began.progress { try await events.delta(progress, &writer) }
      let (transcript, asked) = try await limited(until: end) {
        let (recognition, asked) = try await reception.result
        return (try await recognition.transcript, asked)
      }
      try await events.done(transcript, asked, &writer)
    } catch let error as APIError {
      try await events.write(Self.errorEvent(error), &writer)
    } catch let error as ServingError {
      try await events.write(Self.errorEvent(APIError(500, "\(error)", type: "server_error")), &writer)
    }
  }

  private static func errorEvent(_ error: APIError) -> JSONValue {
    .object(["type": .string("error"), "error": error.details])
  }

  /// Does work that must end in time.
  private func limited<Value: Sendable>(
    until end: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await Concurrency.limited(until: end, orThrow: { tooSlow }, work)
  }

  private var tooSlow: APIError {
    APIError(
      408,
      "The request took longer than \(application.limits.requestSeconds) s, the server's setting http-request-seconds.",
      code: "request_too_slow")
  }

  private var stalled: APIError {
    APIError(
      408, "Nothing came for \(application.limits.stallSeconds) s, the server's setting stall-seconds.",
      code: "stalled")
  }
}

/// A permit that is released with its last owner.
private final class HeldPermit: Sendable {
  private let permits: Permits

  init(_ permits: Permits) { self.permits = permits }

  deinit { permits.release() }
}

/// Writes the events of a transcription.
private struct EventWriter {
  private let recognition: UploadRecognition
  private let activity: ConnectionActivity?
  private var sent = GrowingText()

  init(_ recognition: UploadRecognition, _ activity: ConnectionActivity?) {
    self.recognition = recognition
    self.activity = activity
  }

  /// Writes what a progress adds to the text.
  @concurrent mutating func delta(
    _ progress: UploadRecognition.Progress, _ writer: inout any ResponseBodyWriter
  ) async throws {
    let language = recognition.request.language
    guard
      let text = recognition.service.beginning(
        progress.segments, language: language, for: .http)
    else { return }
    try await delta(to: text, end: progress.seconds, &writer)
  }

  /// Writes the rest of the text and the last event.
  @concurrent mutating func done(
    _ transcript: Transcript, _ request: TranscriptionRequest, _ writer: inout any ResponseBodyWriter
  ) async throws {
    try await delta(to: transcript.text, end: transcript.audioSeconds, &writer)
    try await write(TranscriptionResult(transcript).doneEvent(for: request), &writer)
  }

  @concurrent private mutating func delta(
    to text: String, end: Double, _ writer: inout any ResponseBodyWriter
  ) async throws {
    guard let delta = sent.grow(to: text) else { return }
    try await write(TranscriptionResult.deltaEvent(delta, end: end), &writer)
  }

  @concurrent func write(_ event: JSONValue, _ writer: inout any ResponseBodyWriter) async throws {
    activity?.beginWriting()
    defer { activity?.endWriting() }
    try await writer.write(ByteBuffer(string: "data: \(event.line)\n\n"))
  }
}

extension TranscriptionResult {
  init(_ transcript: Transcript) {
    self.init(text: transcript.spoken, language: transcript.language, seconds: transcript.audioSeconds)
  }
}

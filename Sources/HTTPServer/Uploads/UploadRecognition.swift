internal import Audio
internal import Concurrency
internal import Devices
internal import Logging
internal import NIOPosix
internal import Names
internal import OpenAIProtocol
internal import Recognition
internal import Serving
internal import Telemetry
internal import Transducer

/// The recognition of an upload, which begins while the upload arrives. It ends with its owner.
final class UploadRecognition: Sendable {
  /// The progress of a recognition.
  struct Progress: Sendable {
    /// The final segments.
    var segments: [SpokenText]
    /// The part of the recording that is recognized, in seconds.
    var seconds: Double
  }

  /// The request that it answers, as far as it was known.
  let request: TranscriptionRequest
  let service: SpeechService
  /// The progress: the last one, if several were not waited for.
  let progress: AsyncStream<Progress>
  private let work: OwnedTask<Transcript>

  /// Begins to recognize an upload.
  init(
    _ upload: Upload, _ request: TranscriptionRequest, with service: SpeechService, within seconds: Double,
    _ logger: Logger
  ) {
    self.request = request
    self.service = service
    let (progress, made) = AsyncStream<Progress>.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.progress = progress
    work = OwnedTask {
      defer { made.finish() }
      let context = service.context(
        language: request.language, phrases: request.phrases, names: service.names.phrases)
      return try await service.transcribe(
        in: context, language: request.language, for: .http, within: seconds, logger
      ) { transcription in
        try await upload.forEachSamples { samples in
          let known = transcription.recognizedSeconds
          try await transcription.append(samples)
          if transcription.recognizedSeconds > known {
            made.yield(Progress(segments: transcription.segments, seconds: transcription.recognizedSeconds))
          }
        }
        return upload.completionTime
      }
    }
  }

  /// The transcript. The recognition ends if the waiting task is cancelled.
  var transcript: Transcript {
    get async throws { try await work.value }
  }

  /// Ends the recognition.
  func cancel() { work.cancel() }

  /// Ends the recognition and waits for its end.
  func stop() async { await work.stop() }
}

internal import Concurrency
internal import OpenAIProtocol

/// The reception of a form, which goes on while a stream of events already answers it. It ends with its owner.
final class UploadReception: Sendable {
  private let began: Promise<UploadRecognition?>
  private let work: OwnedTask<(UploadRecognition, TranscriptionRequest)>

  /// Begins to receive.
  ///
  /// - Parameter receive: Receives the form, and calls its argument when a stream of events can begin.
  init(
    _ receive:
      @escaping @Sendable (
        _ onStream: @escaping @Sendable (UploadRecognition) -> Void
      ) async throws -> (UploadRecognition, TranscriptionRequest)
  ) {
    let began = Promise<UploadRecognition?>()
    self.began = began
    work = OwnedTask {
      // Whatever happens, nobody waits in vain.
      defer { began.resolve(nil) }
      do {
        let (recognition, asked) = try await receive { began.resolve($0) }
        if asked.streams { began.resolve(recognition) }
        return (recognition, asked)
      } catch {
        // It would wait for the rest of the upload.
        began.value??.cancel()
        throw error
      }
    }
  }

  /// The recognition whose progress is to be streamed; `nil` if the client asks for no stream.
  var stream: UploadRecognition? {
    get async throws {
      try await withTaskCancellationHandler {
        try await began.awaited()
      } onCancel: {
        work.cancel()
      }
    }
  }

  /// Ends the reception and waits for its end: only one task can read the body of a request.
  func stop() async { await work.stop() }

  /// The recognition of the whole form. The reception ends if the waiting task is cancelled.
  var result: (UploadRecognition, TranscriptionRequest) {
    get async throws { try await work.value }
  }
}

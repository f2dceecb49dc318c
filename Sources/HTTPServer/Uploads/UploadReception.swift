internal import Concurrency
internal import OpenAIProtocol

/// The reception of a form, which goes on while a stream of events already answers it. It ends with its owner.
final class UploadReception: Sendable {
  private let began: Promise<UploadRecognition?>
  private let task: Task<(UploadRecognition, TranscriptionRequest), any Error>

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
    task = Task {
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

  deinit {
    task.cancel()
  }

  /// The recognition whose progress is to be streamed; `nil` if the client asks for no stream.
  var stream: UploadRecognition? {
    get async throws {
      try await withTaskCancellationHandler {
        try await began.awaited()
      } onCancel: {
        task.cancel()
      }
    }
  }

  /// Ends the reception and waits for its end: only one task can read the body of a request.
  func stop() async {
    task.cancel()
    _ = await task.result
  }

  /// The recognition of the whole form. The reception ends if the waiting task is cancelled.
  var result: (UploadRecognition, TranscriptionRequest) {
    get async throws {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    }
  }
}

internal import Concurrency
internal import Devices
internal import Transducer

/// Recognizes the certain windows of an utterance, one after the other, while more audio comes in.
///
/// It owns the task that does so, and cancels it in `deinit`.
final class CertainWindows: Sendable {
  /// A window that the rest of the utterance cannot change.
  struct Item: Sendable {
    var window: WindowFrames
    var context: SpeechContext
    /// An attempt that began before the window was certain.
    var attempt: Task<WindowResult?, Never>?
  }

  private let items: AsyncStream<Item>.Continuation
  private let work: Task<Result<TranscriptAssembly, DeviceError>, Never>
  private let priority: WorkPriority

  /// - Parameter onSegment: Called with each segment that is final, in order.
  init(_ recognizer: any WindowRecognizer, onSegment: @escaping @Sendable (SpokenText) -> Void) {
    let (stream, items) = AsyncStream<Item>.makeStream()
    let priority = WorkPriority(.early)
    (self.items, self.priority) = (items, priority)
    work = Task {
      var assembly = TranscriptAssembly(for: recognizer)
      for await item in stream {
        do throws(DeviceError) {
          let result = try await item.result(by: recognizer, priority: priority)
          let reported = assembly.segments.count
          assembly.add(result, audioSeconds: Utterance.seconds(result.window.frames.upperBound))
          for segment in assembly.segments[reported...] { onSegment(segment) }
        } catch {
          return .failure(error)
        }
      }
      return Task.isCancelled ? .failure(.cancelled) : .success(assembly)
    }
  }

  deinit {
    items.finish()
    work.cancel()
  }

  /// Adds the next window.
  func add(_ item: Item) {
    items.yield(item)
  }

  /// Accepts no more windows, raises the priority of those added, and waits until they are recognized.
  func finish() async throws(DeviceError) -> TranscriptAssembly {
    items.finish()
    priority.raise()
    return try await work.value(orIfCancelled: .failure(.cancelled)).get()
  }
}

extension CertainWindows.Item {
  fileprivate func result(
    by recognizer: any WindowRecognizer, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult {
    if let attempt {
      let result = await withTaskCancellationHandler {
        await attempt.value
      } onCancel: {
        attempt.cancel()
      }
      if let result { return result }
    }
    return try await recognizer.recognize(
      window.window, of: window.frames, in: context, priority: priority)
  }
}

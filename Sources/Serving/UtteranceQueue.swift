internal import Concurrency
internal import Synchronization
public import Transducer

/// A FIFO queue of finished utterances, and of the final text of unfinished ones, for one connection.
///
/// Reading from a client that sends utterances without waiting for answers stops while the queue is full.
public final class UtteranceQueue<Request: Sendable>: Sendable {
  /// The work for one answer. Utterances are numbered in the order in which they begin.
  public enum Job: Sendable {
    /// An utterance that has ended, with its request.
    case utterance(Int, UtteranceAudio, Request)
    /// All final segments of a transcript, and the language of its request.
    case beginning(Int, [SpokenText], language: String?)
  }

  private let jobs: AsyncStream<Job>
  private let continuation: AsyncStream<Job>.Continuation
  /// The number of utterances that can wait.
  private let room = Permits(4)

  /// The final segments of the utterance that had the last final segment.
  private let reported = Mutex<(number: Int, segments: [SpokenText])>((0, []))

  /// Creates an empty queue.
  public init() {
    (jobs, continuation) = AsyncStream.makeStream()
  }

  /// Appends an utterance, after waiting until the queue has room.
  public func append(
    _ number: Int, _ audio: UtteranceAudio, _ request: Request
  ) async throws(CancellationError) {
    try await room.take()
    continuation.yield(.utterance(number, audio, request))
  }

  /// Appends a final segment of an utterance; a full queue takes it too.
  public func appendPartial(_ segment: SpokenText, of number: Int, in language: String?) {
    let segments = reported.withLock { reported in
      if reported.number != number { reported = (number, []) }
      reported.segments.append(segment)
      return reported.segments
    }
    continuation.yield(.beginning(number, segments, language: language))
  }

  /// Removes and returns the next job, when there is one; `nil` when the queue is closed and empty.
  public func next() async -> Job? {
    var iterator = jobs.makeAsyncIterator()
    let job = await iterator.next(isolation: #isolation)
    if case .utterance = job { room.release() }
    return job
  }

  /// Ends the queue after the jobs that it holds.
  public func close() {
    continuation.finish()
  }
}

internal import Concurrency
internal import Synchronization
internal import Transducer
internal import WyomingProtocol

/// Utterances of one client that wait for their transcripts, in the order in which they ended, and what is final of
/// those that have not ended.
///
/// A client that sends one utterance after the other without waiting is not read from while the queue is full.
final class TranscriptQueue: Sendable {
  /// Utterances are numbered in the order in which they begin.
  enum Job: Sendable {
    case utterance(Int, HeardAudio, Session.Request)
    /// All that is final of a transcript, and the language that was asked for.
    case beginning(Int, [SpokenText], language: String?)
  }

  private static let capacity = 4

  private let jobs: AsyncStream<Job>
  private let continuation: AsyncStream<Job>.Continuation
  private let places = Permits(capacity)

  /// What was reported of the utterance that was reported of last.
  private let reported = Mutex<(number: Int, segments: [SpokenText])>((0, []))

  init() {
    (jobs, continuation) = AsyncStream.makeStream()
  }

  /// Waits for a place, then puts the utterance at the end.
  func append(
    _ number: Int, _ audio: HeardAudio, _ request: Session.Request
  ) async throws(CancellationError) {
    try await places.take()
    continuation.yield(.utterance(number, audio, request))
  }

  /// Puts what is final of an utterance at the end; it needs no place.
  func appendPartial(_ segment: SpokenText, of number: Int, in language: String?) {
    let segments = reported.withLock { reported in
      if reported.number != number { reported = (number, []) }
      reported.segments.append(segment)
      return reported.segments
    }
    continuation.yield(.beginning(number, segments, language: language))
  }

  /// The next job; `nil` when the queue is closed and empty.
  func next() async -> Job? {
    var iterator = jobs.makeAsyncIterator()
    let job = await iterator.next(isolation: #isolation)
    if case .utterance = job { places.release() }
    return job
  }

  func close() {
    continuation.finish()
  }
}

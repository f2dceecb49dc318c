internal import Synchronization
internal import WyomingProtocol

/// Utterances of one client that wait for their transcripts, in the order in which they ended.
///
/// A client that sends one utterance after the other without waiting is not read from while the queue is full.
final class AnswerQueue: Sendable {
  struct Job: Sendable {
    let audio: HeardAudio
    let request: Session.Request
  }

  private static let capacity = 4

  private let jobs: AsyncStream<Job>
  private let entrance: AsyncStream<Job>.Continuation
  private let places: AsyncStream<Void>
  private let place: AsyncStream<Void>.Continuation

  init() {
    (jobs, entrance) = AsyncStream.makeStream()
    (places, place) = AsyncStream.makeStream()
    for _ in 0..<Self.capacity { place.yield() }
  }

  /// Waits for a place, then puts the job at the end.
  func append(_ job: Job) async {
    var iterator = places.makeAsyncIterator()
    guard await iterator.next(isolation: #isolation) != nil else { return }
    entrance.yield(job)
  }

  /// The next job; `nil` when the queue is closed and empty.
  func next() async -> Job? {
    var iterator = jobs.makeAsyncIterator()
    let job = await iterator.next(isolation: #isolation)
    place.yield()
    return job
  }

  func close() {
    entrance.finish()
  }
}

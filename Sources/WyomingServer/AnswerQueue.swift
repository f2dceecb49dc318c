internal import Synchronization
internal import WyomingProtocol

/// Utterances of one client that wait for their transcripts, in the order in which they ended, and what is final of
/// those that have not ended.
///
/// A client that sends one utterance after the other without waiting is not read from while the queue is full.
final class AnswerQueue: Sendable {
  /// Utterances are numbered in the order in which they begin.
  enum Job: Sendable {
    case utterance(Int, HeardAudio, Session.Request)
    /// A piece of a transcript, and the language that was asked for.
    case segment(Int, String, language: String?)
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

  /// Waits for a place, then puts the utterance at the end.
  func append(_ number: Int, _ audio: HeardAudio, _ request: Session.Request) async {
    var iterator = places.makeAsyncIterator()
    guard await iterator.next(isolation: #isolation) != nil else { return }
    entrance.yield(.utterance(number, audio, request))
  }

  /// Puts what is final of an utterance at the end; it needs no place.
  func tell(_ segment: String, of number: Int, in language: String?) {
    entrance.yield(.segment(number, segment, language: language))
  }

  /// The next job; `nil` when the queue is closed and empty.
  func next() async -> Job? {
    var iterator = jobs.makeAsyncIterator()
    let job = await iterator.next(isolation: #isolation)
    if case .utterance = job { place.yield() }
    return job
  }

  func close() {
    entrance.finish()
  }
}

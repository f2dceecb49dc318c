/// The retries of a request for a file.
struct Retries {
  private let policy: RetryPolicy
  private let file: RemoteFile
  private let report: @Sendable (PullEvent) -> Void
  private var failures = 0

  init(_ policy: RetryPolicy, of file: RemoteFile, report: @escaping @Sendable (PullEvent) -> Void) {
    self.policy = policy
    self.file = file
    self.report = report
  }

  /// Pauses after a failed request.
  ///
  /// - Parameter progress: The number of bytes that the request has transferred nevertheless.
  /// - Throws: The error if a retry would fail, too, or ``DownloadError/Reason/gaveUp(attempts:last:)``.
  mutating func pause(after error: DownloadError, progress: Int = 0) async throws(DownloadError) {
    guard case .interrupted(let why, let asked) = error.reason else { throw error }
    if progress >= policy.progress { failures = 0 }
    failures += 1
    guard let pause = policy.pause(after: failures, asked: asked) else {
      throw file.failure(.gaveUp(attempts: failures, last: why))
    }
    report(.retrying(file: file.shown, why: why, pause: pause))
    do {
      try await Task.sleep(for: pause)
    } catch {
      throw file.failure(.cancelled)
    }
  }
}

internal import Concurrency
internal import ServiceLifecycle
internal import SystemPaths

/// Does something whenever one of some files changes, until the server shuts down.
///
/// The files are looked at each second: editors replace files, and network file systems report no changes.
struct FileWatch: Service {
  private let name: String
  private let paths: [String]
  private let first: [FileStamp?]
  private let onChange: @Sendable () -> Void

  /// Creates a watch that begins with the present state of the files. Create it before the files are read.
  ///
  /// - Parameters:
  ///   - name: The name of the thread.
  ///   - onChange: Called on a thread of its own, and can block.
  init(_ name: String, _ paths: [String], onChange: @escaping @Sendable () -> Void) {
    self.name = name
    self.paths = paths
    self.onChange = onChange
    first = paths.map(FileStamp.init)
  }

  func run() async throws {
    let thread = WorkerThread<CancellationError>(
      named: name, cancelled: CancellationError(), overdue: { _ in CancellationError() })
    try? await cancelWhenGracefulShutdown {
      var known = first
      while true {
        try await Task.sleep(for: .seconds(1))
        known = try await thread.run { [self, known] in check(since: known) }
      }
    }
  }

  private func check(since known: [FileStamp?]) -> [FileStamp?] {
    let stamps = paths.map(FileStamp.init)
    if stamps != known { onChange() }
    return stamps
  }
}

internal import Concurrency
internal import Glibc
internal import Logging
internal import Names
internal import ServiceLifecycle
internal import SystemPaths

/// Reads a file of names again whenever it changes, until the server shuts down.
///
/// The file is looked at each second: editors replace files, and network file systems report no changes. If it cannot
/// be read, the names that were read last stay.
struct NamesFileWatch: Service {
  private let path: String
  private let book: NameBook
  private let logger: Logger
  /// The state of the file that the names are from.
  private let first: Stamp?

  private struct Stamp: Equatable, Sendable {
    var device: dev_t
    var file: ino_t
    var size: off_t
    var seconds, nanoseconds: Int

    init?(of path: String) {
      guard let status = Files.status(of: path) else { return nil }
      (device, file, size) = (status.st_dev, status.st_ino, status.st_size)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  /// Reads the file for the first time. Blocks.
  init(_ path: String, _ book: NameBook, _ logger: Logger) throws(NamesFileError) {
    (self.path, self.book, self.logger) = (path, book, logger)
    first = Stamp(of: path)
    let names = try NamesFile.read(path)
    book.update(.file, names)
    logger.info("names from a file", metadata: ["file": "\(path)", "count": "\(names.count)"])
  }

  func run() async throws {
    let thread = WorkerThread<CancellationError>(
      named: "names", cancelled: CancellationError(), overdue: { _ in CancellationError() })
    try? await cancelWhenGracefulShutdown {
      var known = first
      while true {
        try await Task.sleep(for: .seconds(1))
        known = try await thread.run { [self, known] in readIfChanged(since: known) }
      }
    }
  }

  /// Reads the file if it has changed. Blocks.
  ///
  /// - Returns: The state of the file.
  private func readIfChanged(since known: Stamp?) -> Stamp? {
    let stamp = Stamp(of: path)
    guard stamp != known else { return known }
    do throws(NamesFileError) {
      let names = try NamesFile.read(path)
      book.update(.file, names)
      logger.info("names from a file", metadata: ["file": "\(path)", "count": "\(names.count)"])
    } catch {
      book.fail(.file, because: "\(error)")
      logger.warning("kept the names that were read before", metadata: ["why": "\(error)"])
    }
    return stamp
  }
}

import Logging
import Names
import Synchronization
import Testing

@testable import HomeAssistant

@Suite struct `The journal of a home's names` {
  private let book = NameBook([.homeAssistant])
  private let lines = Lines()
  private var journal: HomeJournal

  /// The lines of a log.
  private final class Lines: Sendable {
    private let content = Mutex<[String]>([])
    func append(_ line: String) { content.withLock { $0.append(line) } }
    func take() -> [String] {
      content.withLock { content in
        defer { content = [] }
        return content
      }
    }
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = (event.metadata ?? [:]).map { " \($0)=\($1)" }.sorted().joined()
      lines.append("\(event.level) \(event.message)\(metadata)")
    }
  }

  init() {
    let lines = lines
    journal = HomeJournal(book: book, logger: Logger(label: "test") { _ in Handler(lines: lines) })
  }

  private var entry: NameBook.Entry? { book.entries.first?.entry }

  @Test mutating func `names are entered, and logged when they change`() {
    journal.take(.names([Name("Kitchen")]))
    #expect(entry?.names == [Name("Kitchen")])
    #expect(lines.take() == ["info home's names count=1"])
    journal.take(.names([Name("Kitchen")]))
    #expect(lines.take() == [])
    journal.take(.names([Name("Galley")]))
    #expect(entry?.names == [Name("Galley")])
    #expect(lines.take() == ["info home's names count=1"])
  }

  @Test mutating func `each reason of a failure is logged once, and the names stay`() {
    journal.take(.names([Name("Kitchen")]))
    _ = lines.take()
    for _ in 0..<3 {
      journal.take(HomeError.closed)
      journal.take(HomeError.silent(seconds: 70))
    }
    #expect(
      lines.take() == [
        "warning no names from Home Assistant why=Home Assistant has closed the connection",
        "warning no names from Home Assistant why=Home Assistant has sent nothing for 70 s",
      ])
    #expect(entry?.names == [Name("Kitchen")])
    #expect(entry?.failure == "Home Assistant has sent nothing for 70 s")
  }

  @Test mutating func `the end of a failure is logged, and its return`() {
    journal.take(.names([Name("Kitchen")]))
    journal.take(HomeError.closed)
    _ = lines.take()
    journal.take(.names([Name("Kitchen")]))
    #expect(entry?.failure == nil)
    #expect(lines.take() == ["info home's names count=1"])
    journal.take(HomeError.closed)
    #expect(lines.take().count == 1)
  }

  @Test mutating func `a note is logged once`() {
    for _ in 0..<3 { journal.take(.note(.noAdministrator)) }
    #expect(lines.take().count == 1)
  }

  @Test func `pauses double up to a minute, and begin again`() {
    var backoff = Backoff()
    let pauses = (0..<8).map { _ in backoff.next(isRefused: false) }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map(Duration.seconds))
    backoff.reset()
    #expect(backoff.next(isRefused: false) == .seconds(1))
    for _ in 0..<20 { _ = backoff.next(isRefused: true) }
    #expect(backoff.next(isRefused: true) == .seconds(600))
    #expect(backoff.next(isRefused: false) == .seconds(60))
  }
}

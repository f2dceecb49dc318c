internal import ModelDownload
internal import Synchronization

/// Reports the progress of a download: with a bar on a terminal, otherwise with a line every ten seconds.
final class PullReport: Sendable {
  private let model: String
  private let isBar: Bool
  private let line: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var start = ContinuousClock.now
    var last: ContinuousClock.Instant?
    /// The number of bytes that an earlier pull downloaded.
    var found: Int?
  }

  private static let barPause = Duration.milliseconds(100)
  private static let linePause = Duration.seconds(10)

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - showsBar: True for a bar on standard error.
  ///   - line: Called with each line.
  init(model: String, showsBar: Bool, line: @escaping @Sendable (String) -> Void) {
    self.model = model
    isBar = showsBar
    self.line = line
  }

  /// Creates a report on standard error; nothing is reported if `quiet` is true.
  convenience init(model: String, quiet: Bool) {
    self.init(model: model, showsBar: Terminal.isWatched && !quiet) { text in
      if !quiet { Terminal.note("lorikeet: \(text)\n") }
    }
  }

  func callAsFunction(_ event: PullEvent) {
    switch event {
    case .alreadyThere: break
    case .waiting(let folder):
      say("another process is fetching \(model) into \(folder); waiting for it")
    case .pinned(let commit):
      say(
        "\(model) has no commit; from now on it stands for \(commit), until `lorikeet models remove \(model)`"
      )
    case .started(let files, let bytes):
      guard !files.isEmpty else { return }
      state.withLock { $0 = State() }
      say("fetching \(model): \(files.joined(separator: ", ")), \(ByteCount(bytes))")
    case .progress(let file, let done, let total):
      progress(file, done, total)
    case .retrying(let file, let why, let pause):
      let seconds = Double(pause.components.seconds) + Double(pause.components.attoseconds) / 1e18
      say("\(file): \(why); trying again in \(seconds) s")
    case .checking(let file):
      bar("checking \(file)").show(1)
    case .finished(let bytes):
      say("\(model) is complete, \(ByteCount(bytes)) fetched and checked")
    }
  }

  private func say(_ text: String) {
    if isBar { bar().clear() }
    line(text)
  }

  private func progress(_ file: String, _ done: Int, _ total: Int) {
    let now = ContinuousClock.now
    let rate: Int? = state.withLock { state in
      if state.found == nil { (state.start, state.found) = (now, done) }
      let pause = isBar ? Self.barPause : Self.linePause
      // The first line also comes after a pause: a fast pull needs none.
      if let last = state.last ?? (isBar ? nil : state.start), last.duration(to: now) < pause { return nil }
      state.last = now
      let seconds = state.start.duration(to: now) / .seconds(1)
      return seconds > 0.5 ? Int(Double(max(done - (state.found ?? 0), 0)) / seconds) : 0
    }
    guard let rate, total > 0 else { return }
    let speed = rate > 0 ? ", \(ByteCount(rate))/s" : ""
    let text = "\(ByteCount(done)) of \(ByteCount(total))\(speed)"
    if isBar {
      bar("\(text) · \(file)").show(Double(done) / Double(total))
    } else {
      line("\(model): \(text)")
    }
  }

  private func bar(_ label: String = "") -> ProgressBar { ProgressBar(label: label, isShown: isBar) }
}

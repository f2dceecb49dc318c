internal import ArgumentParser
internal import Glibc
internal import Synchronization
internal import SystemPaths

/// Standard output and standard error. Names that are not UTF-8 are written readably, as `caf\xE9.wav`.
enum Terminal {
  /// Writes a line of the result. If the reader has closed the pipe (`| head`), the process ends silently.
  ///
  /// - Throws: An error if the line cannot be written: a full disk must not look like success.
  static func print(_ line: String) throws(CommandError) {
    guard let failure = write(Array((line.readable + "\n").utf8), to: StandardOutput.descriptor) else {
      return
    }
    if failure.code == EPIPE { endByBrokenPipe() }
    throw .output(code: failure.code)
  }

  /// Writes a message for the user to standard error, separate from results.
  static func note(_ text: String) {
    if let queue = queue.withLock({ $0 }) { return queue.add(text.readable) }
    // If standard error fails as well, there is no way to report it.
    _ = write(Array(text.readable.utf8), to: STDERR_FILENO)
  }

  /// Sends notes through a queue from now on, so that a server never waits for the reader of its log.
  ///
  /// - Parameter dropped: Returns the note that replaces the given number of notes that could not be written.
  static func queueNotes(dropped: @escaping @Sendable (Int) -> String) -> LogQueue {
    // Writing into a pipe without a reader should be an error, not end the process.
    signal(SIGPIPE, SIG_IGN)
    let started = LogQueue(descriptor: STDERR_FILENO, dropped: dropped)
    queue.withLock { $0 = started }
    return started
  }

  /// Waits until the queued notes are written, for at most a second.
  static func finishNotes() { queue.withLock { $0 }?.finish(within: 1) }

  private static let queue = Mutex<LogQueue?>(nil)

  /// True if standard error is a terminal that can overwrite a line.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 && Style.isAble(variable("TERM")) }

  /// Reports an error in one line.
  static func fail(_ error: any Error) {
    note("\(style(of: STDERR_FILENO)("lorikeet:", .red)) \(Remedies.text(of: error).inOneLine)\n")
  }

  /// The style of results.
  static var outputStyle: Style { style(of: StandardOutput.descriptor) }

  private static func style(of descriptor: Int32) -> Style {
    Style(isTerminal: isatty(descriptor) == 1, noColour: variable("NO_COLOR"), terminal: variable("TERM"))
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func endByBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    // Reached if the signal is blocked.
    leave(.failure)
  }
}

/// Ends the process immediately, without the exit handlers: they would tear down OpenVINO while a thread still loads or
/// runs a model.
func leave(_ status: ExitCode) -> Never {
  Terminal.finishNotes()
  _exit(status.rawValue)
}

/// Runs a command's work and ends the process; a failure becomes one line on standard error and the exit status 1.
///
/// It does not return, because networks may still be loading in the background.
@MainActor
func runToTheEnd(_ work: () async throws -> Void) async -> Never {
  do {
    try await work()
  } catch let status as ExitCode {
    leave(status)
  } catch {
    Terminal.fail(error)
    leave(.failure)
  }
  leave(.success)
}

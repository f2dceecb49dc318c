internal import ArgumentParser
internal import Glibc
internal import Synchronization
internal import SystemPaths

/// Standard output and standard error. Names that are not UTF-8 are written readably, as `caf\xE9.wav`.
enum Terminal {
  /// Writes a line of result. If nobody reads on (`| head`), the process ends without a word.
  ///
  /// - Throws: If it cannot be written: a full disk must not look like success.
  static func print(_ line: String) throws(OutputError) {
    do throws(DescriptorError) {
      try write(Array((line.readable + "\n").utf8), to: STDOUT_FILENO)
    } catch {
      if error.code == EPIPE { endByBrokenPipe() }
      throw OutputError(why: String(cString: strerror(error.code)))
    }
  }

  /// Writes text for the person at the terminal, where it is not mixed with results.
  static func note(_ text: String) {
    if let queue = queue.withLock({ $0 }) { return queue.add(text.readable) }
    // When even standard error is gone there is nobody left to tell.
    try? write(Array(text.readable.utf8), to: STDERR_FILENO)
  }

  /// Lets notes go through a queue from now on: a server does not wait for who reads its log.
  ///
  /// - Parameter dropped: Makes the note that stands in the place of so many that could not be written.
  static func queueNotes(dropped: @escaping @Sendable (Int) -> String) -> LogQueue {
    // What is written into a pipe without a reader is an error, and no reason to die.
    signal(SIGPIPE, SIG_IGN)
    let started = LogQueue(descriptor: STDERR_FILENO, dropped: dropped)
    queue.withLock { $0 = started }
    return started
  }

  /// Waits until notes that are queued are out, for a second if nobody takes them.
  static func finishNotes() { queue.withLock { $0 }?.finish(within: 1) }

  private static let queue = Mutex<LogQueue?>(nil)

  /// Whether a person watches standard error, at a terminal that can take a line back.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 && Style.isAble(variable("TERM")) }

  /// Reports a failure in one line.
  static func fail(_ error: any Error) {
    note("\(style(of: STDERR_FILENO)("lorikeet:", .red)) \("\(error)".inOneLine)\n")
  }

  /// For results.
  static var outputStyle: Style { style(of: STDOUT_FILENO) }

  private static func style(of descriptor: Int32) -> Style {
    Style(isTerminal: isatty(descriptor) == 1, noColour: variable("NO_COLOR"), terminal: variable("TERM"))
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func endByBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    // Where the signal is blocked.
    leave(.failure)
  }
}

/// Standard output takes nothing more.
struct OutputError: Error, CustomStringConvertible {
  let why: String

  var description: String { "cannot write to standard output: \(why)" }
}

/// Ends the process at once, without the exit handlers: they would tear down OpenVINO under a thread that may still
/// load a model or run one.
func leave(_ status: ExitCode) -> Never {
  Terminal.finishNotes()
  _exit(status.rawValue)
}

/// Runs a command's work and ends the process: a failure becomes one line on standard error and the exit status 1.
///
/// Not by returning: networks may still be loading in the background.
@MainActor
func runToTheEnd(_ work: () async throws -> Void) async -> Never {
  do {
    try await work()
  } catch let status as ExitCode {
    leave(status)
  } catch {
    Terminal.fail(Remedies.explained(error))
    leave(.failure)
  }
  leave(.success)
}

internal import ArgumentParser
internal import Glibc
internal import SystemPaths

/// Standard output and standard error. Names that are not UTF-8 are written readably, as `caf\xE9.wav`.
enum Terminal {
  /// Writes a line of result.
  ///
  /// - Throws: If it cannot be written: a full disk must not look like success.
  static func print(_ line: String) throws(OutputError) {
    guard write(line + "\n", to: STDOUT_FILENO) else {
      throw OutputError(why: String(cString: strerror(errno)))
    }
  }

  /// Writes text for the person at the terminal, where it is not mixed with results.
  static func note(_ text: String) {
    // When even standard error is gone there is nobody left to tell.
    _ = write(text, to: STDERR_FILENO)
  }

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

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.readable.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(written)
    }
    return true
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
    Terminal.fail(DeviceTrouble.explained(error))
    leave(.failure)
  }
  leave(.success)
}

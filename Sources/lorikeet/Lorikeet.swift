internal import ArgumentParser
internal import SystemPaths

/// The command line; each command has a file of its name.
@main
struct Lorikeet: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "lorikeet",
    abstract: "Speech to text for voice assistants.",
    discussion: "".with(.lorikeet),
    version: version,
    subcommands: [
      Serve.self, Transcribe.self, Models.self, NamesCommand.self, Health.self, Doctor.self, Bench.self,
    ])

  /// Runs the command that the arguments name. The library by itself would use the arguments after
  /// their conversion to UTF-8 by Swift.
  static func main() async {
    StandardStreams.reserve()
    StandardOutput.reserveForResults()
    do {
      var command = try await asyncParseAsRoot(Array(SystemProcess.arguments.dropFirst()).withoutOldSpellings)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Prints the requested help, or the error in the arguments, and ends the process.
  private static func end(with error: any Error) -> Never {
    let (text, status) = (fullMessage(for: error), exitCode(for: error))
    guard !text.isEmpty else { leave(status) }
    guard status.isSuccess else {
      Terminal.note(text + "\n")
      leave(status)
    }
    do throws(CommandError) {
      try Terminal.print(text)
    } catch {
      Terminal.fail(error)
      leave(.failure)
    }
    leave(status)
  }
}

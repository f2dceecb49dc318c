internal import ArgumentParser

/// The command line: what each word of it does is in the files named after the commands.
@main
struct Lorikeet: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "lorikeet",
    abstract: "Speech to text for voice assistants.",
    discussion: "".with(.lorikeet),
    version: version,
    subcommands: [Serve.self, Transcribe.self, Models.self, Health.self, Doctor.self, Bench.self])
}

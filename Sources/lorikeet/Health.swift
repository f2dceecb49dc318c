internal import ArgumentParser
internal import WyomingClient
internal import WyomingProtocol

/// `lorikeet health`: whether a server answers; for container health checks.
struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a running server whether it is well.",
    discussion: """
      Exit status 0 if it answers 'describe' in time, else 1 with the reason. A Lorikeet also tells how its model and \
      its devices are. --ready also asks for a model that is loaded: for whoever sends clients to one of several servers.
      """.with(.health))

  @Option(help: "The server: tcp://HOST:PORT or unix:///PATH.", transform: ListenAddress.argument)
  var uri = ListenAddress(.tcp(host: "127.0.0.1", port: 10_300))

  @Flag(help: "Print an object in one line, for programs.")
  var json = false

  @Flag(help: "Exit status 1 also while a Lorikeet's model is still fetched or loaded.")
  var ready = false

  @Option(help: "Seconds that the answer may take.")
  var timeout = 5.0

  func validate() throws {
    guard timeout > 0, timeout <= 3600 else {
      throw ValidationError("--timeout is \(timeout), expected 0 to 3600")
    }
  }

  func run() async throws {
    await runToTheEnd {
      let report = HealthReport(
        uri: "\(uri)", outcome: try await HealthCheck(address: uri, seconds: timeout).run(),
        style: Terminal.outputStyle)
      try Terminal.print(json ? report.line : report.text)
      if ready, !report.isReady { throw ExitCode.failure }
    }
  }
}

internal import Addresses
internal import ArgumentParser
internal import WyomingClient
internal import WyomingProtocol

/// `lorikeet health`: checks that a server answers; for container health checks.
struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the health of a running server.",
    discussion: """
      The exit status is 0 if the server answers 'describe' in time, else 1 with the reason. A Lorikeet server also \
      reports the state of its model and devices. --ready also requires a loaded model, for load balancers.
      """.with(.health))

  @Option(
    help: "Address of the server: tcp://HOST:PORT or unix:///PATH. (default: tcp://127.0.0.1:10300)",
    transform: ListenAddress.argument)
  var uri = ListenAddress(.tcp(host: "127.0.0.1", port: 10_300))

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  @Flag(help: "Also exit with status 1 while the model is still being downloaded or loaded.")
  var ready = false

  @Option(help: "Timeout for the answer, in seconds.")
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

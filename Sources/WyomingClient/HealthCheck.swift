public import Addresses
internal import JSON
public import StatusReport
internal import WyomingProtocol

/// A check that a Wyoming server answers `describe`. A Lorikeet is also asked for its status.
public struct HealthCheck: Sendable {
  private let address: ListenAddress
  private let seconds: Double

  /// The answers of a server.
  public struct Outcome: Sendable, Equatable {
    /// The names of its speech-to-text models.
    public var models: [String]
    /// The status of a Lorikeet; `nil` for another program's server, and if it did not arrive in time.
    public var status: ServerStatus?

    /// Creates the outcome of a check.
    public init(models: [String], status: ServerStatus? = nil) {
      self.models = models
      self.status = status
    }
  }

  /// Creates a check.
  ///
  /// - Parameter seconds: The longest time for the connection and all answers together, in seconds.
  public init(address: ListenAddress, seconds: Double) {
    self.address = address
    self.seconds = seconds
  }

  /// Asks the server.
  ///
  /// - Throws: ``ClientError`` if `describe` is not answered in time.
  public func run() async throws -> Outcome {
    try await withThrowingTaskGroup(of: Outcome?.self) { group in
      group.addTask { try await ask() }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        return nil
      }
      defer { group.cancelAll() }
      if let outcome = try await group.next() ?? nil { return outcome }
      group.cancelAll()
      // A server that answered `describe` is alive, even if its status did not arrive.
      if let outcome = try? await group.next() ?? nil { return outcome }
      throw ClientError(address, .noAnswer(seconds: seconds))
    }
  }

  private func ask() async throws -> Outcome {
    try await WyomingClient(address: address, seconds: seconds).converse { server in
      try await server.send(Event(type: "describe"))
      let info = try await server.next(of: ["info"])
      var outcome = Outcome(models: info.speechModels)
      guard info.speechPrograms.contains(SpeechProgram.lorikeet) else { return outcome }
      // From here on the server counts as alive, whatever fails.
      outcome.status = try? await status(&server)
      return outcome
    }
  }

  /// Asks for the status, then sends a ping. Servers answer in order: one that answers the ping first does not know the
  /// status event.
  private func status(_ server: inout WyomingClient.Conversation) async throws -> ServerStatus? {
    try await server.send(Event(type: Event.statusType))
    try await server.send(Event(type: "ping"))
    let answer = try await server.next(of: [Event.statusType, "pong"])
    return answer.type == Event.statusType ? ServerStatus(answer.data) : nil
  }
}

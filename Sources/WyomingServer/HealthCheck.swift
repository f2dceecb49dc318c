internal import WyomingProtocol

/// Asks a Wyoming server what it can do, to see whether it lives, and a Lorikeet how it is.
public struct HealthCheck: Sendable {
  private let address: ListenAddress
  private let seconds: Double

  /// What a server that lives has answered.
  public struct Outcome: Sendable, Equatable {
    /// The names of the speech-to-text models that it offers.
    public var models: [String]
    /// `nil` for another program's server, and for one that did not tell in time.
    public var status: ServerStatus?

    public init(models: [String], status: ServerStatus? = nil) {
      self.models = models
      self.status = status
    }
  }

  /// - Parameter seconds: How long connecting and all answers may take together.
  public init(address: ListenAddress, seconds: Double) {
    self.address = address
    self.seconds = seconds
  }

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
      // It may live and only have kept its status to itself.
      if let outcome = try? await group.next() ?? nil { return outcome }
      throw ClientError(address: address, why: "no answer within \(seconds) s")
    }
  }

  private func ask() async throws -> Outcome {
    try await WyomingClient(address: address, seconds: seconds).converse { server in
      try await server.send(Event(type: "describe"))
      let info = try await server.next(of: ["info"])
      var outcome = Outcome(models: info.speechModels)
      guard info.speechPrograms.contains(SpeechProgram.lorikeet) else { return outcome }
      // Whatever goes wrong from here on, the server lives.
      outcome.status = try? await status(&server)
      return outcome
    }
  }

  /// Servers answer in order: one that answers the ping first does not know the status.
  private func status(_ server: inout WyomingClient.Conversation) async throws -> ServerStatus? {
    try await server.send(Event(type: Event.statusType))
    try await server.send(Event(type: "ping"))
    let answer = try await server.next(of: [Event.statusType, "pong"])
    return answer.type == Event.statusType ? ServerStatus(answer.data) : nil
  }
}

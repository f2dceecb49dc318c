internal import NIOCore
internal import NIOPosix
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

  /// - Throws: ``HealthError`` if `describe` is not answered in time.
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
      throw HealthError(address: address, why: "no answer within \(seconds) s")
    }
  }

  private func ask() async throws -> Outcome {
    let channel = try await connect()
    return try await channel.executeThenClose { inbound, outbound in
      var answers = inbound.makeAsyncIterator()
      try await outbound.write(Event(type: "describe").encoded())
      let info = try await next(of: ["info"], &answers)
      var outcome = Outcome(models: info.speechModels)
      guard info.speechPrograms.contains(SpeechProgram.lorikeet) else { return outcome }
      // Whatever goes wrong from here on, the server lives.
      outcome.status = try? await status(outbound, &answers)
      return outcome
    }
  }

  /// Servers answer in order: one that answers the ping first does not know the status.
  private func status(
    _ outbound: Connection.Writer, _ answers: inout Connection.Reader.AsyncIterator
  ) async throws -> ServerStatus? {
    try await outbound.write(Event(type: Event.statusType).encoded())
    try await outbound.write(Event(type: "ping").encoded())
    let answer = try await next(of: [Event.statusType, "pong"], &answers)
    return answer.type == Event.statusType ? ServerStatus(answer.data) : nil
  }

  private func next(
    of types: Set<String>, _ answers: inout Connection.Reader.AsyncIterator
  ) async throws -> Event {
    while let answer = try await answers.next(isolation: #isolation) {
      let event = try answer.mapError { mistake in
        HealthError(address: address, why: "what answers there is no Wyoming server: \(mistake)")
      }.get()
      if types.contains(event.type) { return event }
    }
    throw HealthError(address: address, why: "it closed the connection without an answer")
  }

  private func connect() async throws -> Connection.Channel {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.milliseconds(Int64(seconds * 1000)))
    @Sendable func initialize(_ channel: any Channel) -> EventLoopFuture<Connection.Channel> {
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(EventDecoder()))
        return try Connection.Channel(wrappingChannelSynchronously: channel)
      }
    }
    do {
      switch address.endpoint {
      case .tcp(let host, let port):
        return try await bootstrap.connect(host: host, port: port) { initialize($0) }
      case .unix(let path):
        return try await bootstrap.connect(unixDomainSocketPath: path) { initialize($0) }
      case .stdio:
        throw HealthError(address: address, why: "standard input has no server to ask")
      }
    } catch let error as HealthError {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      // NIO tells of each address that it tried; a person wants to know that none answered.
      throw HealthError(address: address, why: "nobody listens there")
    }
  }
}

/// A server that is not well.
public struct HealthError: Error, Sendable, CustomStringConvertible {
  public let address: ListenAddress
  public let why: String

  public var description: String { "\(address): \(why)" }
}

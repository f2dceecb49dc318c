internal import NIOCore
internal import NIOPosix
internal import WyomingProtocol

/// Asks a Wyoming server what it can do, to see whether it lives.
public struct HealthCheck: Sendable {
  private let address: ListenAddress
  private let seconds: Double

  /// - Parameter seconds: How long connecting and the answer may take together.
  public init(address: ListenAddress, seconds: Double) {
    self.address = address
    self.seconds = seconds
  }

  /// - Returns: The names of the speech-to-text models that the server offers.
  public func run() async throws -> [String] {
    try await withThrowingTaskGroup(of: Event.self) { group in
      group.addTask { try await describe() }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw HealthError(address: address, why: "no answer within \(seconds) s")
      }
      defer { group.cancelAll() }
      guard let info = try await group.next() else { throw CancellationError() }
      return info.speechModels
    }
  }

  private func describe() async throws -> Event {
    let channel = try await connect()
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(Event(type: "describe").encoded())
      for try await event in inbound {
        let event = try event.mapError { mistake in
          HealthError(address: address, why: "what answers there is no Wyoming server: \(mistake)")
        }.get()
        if event.type == "info" { return event }
      }
      throw HealthError(address: address, why: "it closed the connection without an answer")
    }
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

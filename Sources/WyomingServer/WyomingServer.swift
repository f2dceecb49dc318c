public import Logging
internal import NIOCore
internal import NIOPosix
public import Recognition
public import ServiceLifecycle
public import WyomingProtocol

/// The Wyoming protocol's speech-to-text service on one address.
public struct WyomingServer: Service {
  private let address: ListenAddress
  private let recognizer: Recognizer
  private let program: SpeechProgram
  private let language: String?
  private let logger: Logger

  /// - Parameters:
  ///   - program: What `describe` is answered with.
  ///   - language: The language of utterances whose client names none.
  public init(
    address: ListenAddress, recognizer: Recognizer, program: SpeechProgram, language: String?, logger: Logger
  ) {
    self.address = address
    self.recognizer = recognizer
    self.program = program
    self.language = language
    self.logger = logger
  }

  /// Serves until the service group shuts down: then it takes no new clients, and those whose utterance has
  /// ended still get their transcript.
  ///
  /// - Throws: ``ListenError`` if the address cannot be listened on.
  public func run() async throws {
    let (clients, arrivals) = AsyncStream<any Channel>.makeStream()
    let server = try await bind(arrivals)
    let port = server.localAddress?.port ?? address.port
    logger.info("listening uri=\(ListenAddress(host: address.host, port: port))")
    let connection = Connection(
      recognizer: recognizer, info: Event.info([program]).encoded(), language: language, logger: logger)
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await client in clients {
          group.addTask { await connection.serve(client) }
        }
      }
    } onCancelOrGracefulShutdown: {
      logger.info("shutting down: utterances that have ended are still answered")
      server.close(promise: nil)
    }
  }

  /// Listens; the stream of clients ends when the listening channel closes.
  private func bind(_ arrivals: AsyncStream<any Channel>.Continuation) async throws(ListenError) -> any Channel {
    do {
      let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        // A client that has closed its sending side still reads.
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        // Nothing is read before somebody has taken the client. Plain channels are handed over, not
        // `NIOAsyncChannel`s: one that nobody takes, because the server stops, would trap (swift-nio#2637).
        .childChannelOption(.autoRead, value: false)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(EventDecoder()))
            if case .terminated = arrivals.yield(channel) { channel.close(promise: nil) }
          }
        }
        .bind(host: address.host, port: address.port).get()
      server.closeFuture.whenComplete { _ in arrivals.finish() }
      return server
    } catch {
      throw ListenError(address: address, why: Self.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    // NIO says "bind(descriptor:ptr:bytes:): Address already in use (errno: 98)".
    guard error is IOError else { return "\(error)" }
    let text = "\(error)".replacing(#/^.*?\): /#, with: "")
    return text.replacing(#/ \(errno: \d+\)$/#, with: "")
  }
}

/// The server cannot listen where it should.
public struct ListenError: Error, Sendable, CustomStringConvertible {
  public let address: ListenAddress
  public let why: String

  public var description: String {
    "cannot listen on \(address): \(why); give another --uri"
  }
}

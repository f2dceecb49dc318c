public import Addresses
internal import Concurrency
internal import Listening
public import Logging
internal import NIOCore
internal import OpenAIProtocol
public import ServiceLifecycle

/// A server with OpenAI's API, its realtime socket, metrics and a page, on one address.
public struct HTTPServer: Service {
  private let address: ListenAddress
  private let application: HTTPApplication
  private let endpoints: Endpoints
  private let certificate: ServerCertificate?
  private let logger: Logger

  /// Creates a server.
  ///
  /// - Parameters:
  ///   - certificate: The certificate for TLS; `nil` for plain HTTP.
  public init(
    address: ListenAddress, application: HTTPApplication, certificate: ServerCertificate?, logger: Logger
  ) {
    self.address = address
    self.application = application
    endpoints = Endpoints(application)
    self.certificate = certificate
    self.logger = logger
  }

  /// Serves until the service group shuts down. Then it accepts no new clients, closes the connections without a
  /// request, and lets the others finish their request or utterance.
  ///
  /// - Throws: `ListeningError` if the address cannot be listened on.
  public func run() async throws {
    let listener = try await Listener(address: address).open()
    logger.info("listening", metadata: ["uri": "\(uri(of: listener.address))"])
    let connections = Permits(application.limits.connections)
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await client in listener.clients {
          switch connections.tryTake() {
          case .taken:
            group.addTask {
              defer { connections.release() }
              await HTTPConnection(application, endpoints, certificate, logger).serve(client)
            }
          case .refused(let isFirst):
            // A flood of clients must not flood the log.
            if isFirst {
              logger.warning(
                "turning clients away", metadata: ["connections": "\(application.limits.connections)"])
            }
            turnAway(client)
          }
        }
      }
    } onCancelOrGracefulShutdown: {
      listener.channel.close(promise: nil)
    }
  }

  private func uri(of address: ListenAddress) -> String {
    "\(certificate == nil ? "http" : "https")\(address.description.dropFirst("tcp".count))"
  }

  /// Answers a client for which there is no connection left. With TLS there is nothing that it would understand.
  private func turnAway(_ client: any Channel) {
    guard certificate == nil else { return client.close(promise: nil) }
    let error = APIError(
      429, "The server has \(application.limits.connections) connections, its setting max-connections.",
      type: "rate_limit_error", code: "too_many_connections", retryAfter: 1)
    client.writeAndFlush(RawAnswer.bytes(of: error, "Too Many Requests")).whenComplete { _ in
      // Closing while the request arrives would take the answer away from the client.
      client.close(mode: .output, promise: nil)
      client.eventLoop.scheduleTask(in: .seconds(1)) { client.close(promise: nil) }
      client.eventLoop.execute { try? InboundDiscardHandler.replaceBuffer(of: client) }
    }
  }
}

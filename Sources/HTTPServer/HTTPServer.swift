public import Addresses
internal import Listening
internal import Logging
internal import NIOCore
internal import OpenAIProtocol
public import ServiceLifecycle

/// A server with OpenAI's API, its realtime socket, metrics and a page, on one address.
public struct HTTPServer: Service {
  private let address: ListenAddress
  private let application: HTTPApplication
  private let endpoints: Endpoints
  private let certificate: ServerCertificate?

  /// Creates a server.
  ///
  /// - Parameters:
  ///   - certificate: The certificate for TLS; `nil` for plain HTTP.
  public init(address: ListenAddress, application: HTTPApplication, certificate: ServerCertificate?) {
    self.address = address
    self.application = application
    endpoints = Endpoints(application)
    self.certificate = certificate
  }

  /// Serves until the service group shuts down. Then it accepts no new clients, closes the connections without a
  /// request, and lets the others finish their request or utterance.
  ///
  /// - Throws: `ListeningError` if the address cannot be listened on.
  public func run() async throws {
    let listener = try await Listener(address: address).open()
    let logger = application.logger
    logger.info("listening", metadata: ["uri": "\(uri(of: listener.address))"])
    await withTaskCancellationOrGracefulShutdownHandler {
      await listener.serve(upTo: application.limits.connections, logger, turnAway: turnAway) { client in
        await HTTPConnection(application, endpoints, certificate).serve(client)
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

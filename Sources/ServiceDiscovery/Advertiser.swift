public import Logging
public import MulticastDNS
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle

/// Makes services known on the networks that this machine is in, as long as it runs.
public final class Advertiser: Service {
  /// Seconds between two looks at the machine's addresses. A look is a few system calls, so that the
  /// kernel's own messages about changes, which can be lost, are not needed.
  private static let lookSeconds: Int64 = 3

  private let interfaces: [String]
  private let logger: Logger
  private let inbox = Inbox()

  /// - Parameter interfaces: The names of the interfaces to use; none for all that lead to other machines.
  public init(interfaces: [String], logger: Logger) {
    self.interfaces = interfaces
    self.logger = logger
  }

  /// Makes a service known from now on.
  public func add(_ offer: ServiceAdvertisement) { inbox.add(offer) }

  /// Advertises until the service group shuts down, then takes everything back. Nothing that goes wrong here ends it:
  /// it is logged and tried again.
  public func run() async {
    let start = ContinuousClock.now
    let timers = MultiThreadedEventLoopGroup.singleton.next()
    var responder = Responder()
    var links = LinkChannels(interfaces: interfaces, inbox: inbox, logger: logger)
    var nextLook = Duration.zero
    var timer: Scheduled<Void>?
    inbox.ring()
    await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in inbox.bells {
        let now = start.duration(to: .now)
        let content = inbox.take()
        for offer in content.offers { responder.add(offer, at: now) }
        var actions: [Responder.Action] = []
        if now >= nextLook {
          await links.look()
          actions += responder.update(links: links.addresses, at: now)
          nextLook = now + .seconds(Self.lookSeconds)
        }
        for packet in content.packets {
          actions += responder.receive(packet.bytes, from: packet.peer, on: packet.link, at: now)
        }
        actions += responder.advance(to: now)
        links.act(actions)
        timer?.cancel()
        let wait = min(responder.deadline ?? nextLook, nextLook) - start.duration(to: .now)
        timer = timers.scheduleTask(in: TimeAmount(wait)) { [inbox] in inbox.ring() }
      }
    } onCancelOrGracefulShutdown: { [inbox] in
      inbox.close()
    }
    timer?.cancel()
    let last = responder.withdraw()
    if !last.isEmpty {
      await links.send(last)
      // Once more, for packets get lost. Who is in a hurry cancels the wait.
      try? await Task.sleep(for: .milliseconds(125))
      await links.send(last)
      logger.info("no longer advertised")
    }
    await links.close()
  }
}

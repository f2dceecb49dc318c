public import Logging
public import MulticastDNS
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle

/// Advertises services on this machine's networks for as long as it runs.
public final class Advertiser: Service {
  /// The interval between two checks of the machine's addresses, in seconds. A check is a few system calls, which makes
  /// the kernel's own messages about changes, which can be lost, unnecessary.
  private static let scanSeconds: Int64 = 3

  private let interfaces: [String]
  private let logger: Logger
  private let inbox = Inbox()

  /// Creates an advertiser without services.
  ///
  /// - Parameters:
  ///   - interfaces: The names of the interfaces to use; empty for all that lead to other machines.
  ///   - logger: The logger for announcements and failures.
  public init(interfaces: [String], logger: Logger) {
    self.interfaces = interfaces
    self.logger = logger
  }

  /// Advertises a service from now on. Can be called on any thread.
  public func add(_ advertisement: ServiceAdvertisement) { inbox.add(advertisement) }

  /// Advertises until the service group shuts down, then withdraws everything. Failures do not end it: they are logged
  /// and the operation is retried.
  public func run() async {
    let start = ContinuousClock.now
    let timers = MultiThreadedEventLoopGroup.singleton.next()
    var responder = Responder()
    var links = LinkChannels(interfaces: interfaces, inbox: inbox, logger: logger)
    var nextScan = Duration.zero
    var timer: Scheduled<Void>?
    inbox.ring()
    await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in inbox.bells {
        let now = start.duration(to: .now)
        let content = inbox.take()
        for advertisement in content.advertisements { responder.add(advertisement, at: now) }
        var actions: [Responder.Action] = []
        if now >= nextScan {
          await links.scan()
          actions += responder.update(links: links.addresses, at: now)
          nextScan = now + .seconds(Self.scanSeconds)
        }
        for packet in content.packets {
          actions += responder.receive(packet.bytes, from: packet.peer, on: packet.link, at: now)
        }
        actions += responder.advance(to: now)
        links.act(actions)
        timer?.cancel()
        let wait = min(responder.deadline ?? nextScan, nextScan) - start.duration(to: .now)
        timer = timers.scheduleTask(in: TimeAmount(wait)) { [inbox] in inbox.ring() }
      }
    } onCancelOrGracefulShutdown: { [inbox] in
      inbox.close()
    }
    timer?.cancel()
    let last = responder.withdraw()
    if !last.isEmpty {
      await links.send(last)
      // Sent twice, since packets get lost. Cancellation skips the wait.
      try? await Task.sleep(for: .milliseconds(125))
      await links.send(last)
      logger.info("no longer advertised")
    }
    await links.close()
  }
}

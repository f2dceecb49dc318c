internal import Concurrency
internal import SpeechFeatures
internal import Transducer

/// The decoder's networks on a device, from its start until it is lost.
public actor DecoderPool: DevicePool {
  /// The device, its networks, and the thread that runs them.
  public struct Configuration: Sendable {
    let device: DeviceID
    let networks: any SpeechNetworks
    /// The thread that runs the decoder, if it is shared; `nil` for the device's own.
    let thread: DeviceThread?
  }

  private let configuration: Configuration
  private let timing: DeviceTiming
  private let reporter: DeviceReporter
  private let thread: DeviceThread
  private var decoder: (any LoadedDecoder)?

  /// Creates a pool without loaded networks.
  public init(_ configuration: Configuration, timing: DeviceTiming, reporter: DeviceReporter) {
    self.configuration = configuration
    self.timing = timing
    self.reporter = reporter
    thread = configuration.thread ?? DeviceThread(device: configuration.device, pause: timing.pause)
  }

  /// Loads the decoder's networks.
  public func start() async throws(DeviceError) {
    decoder = try await thread.run(.following, limit: timing.loadLimit) {
      [configuration] () throws(DeviceError) in
      try configuration.networks.decoder(on: configuration.device)
    }
  }

  /// Unloads the decoder and ends all work: every waiting caller gets the error.
  public func close(because error: DeviceError) {
    if configuration.thread == nil { thread.abandon(because: error) }
    decoder = nil
  }

  /// True if no job runs or waits.
  public var isQuiet: Bool { !thread.isBusy && thread.waitingCount == 0 }

  /// True if the thread may be stuck in the device.
  public var isStuck: Bool { configuration.thread == nil && thread.isBusy }

  /// Decodes the output of the encoder for a part of an utterance.
  func decode(
    _ encoding: Encoding, preferring preferences: TokenPreferences, priority: WorkPriority
  ) async throws(DeviceError) -> DecoderOutput? {
    guard let decoder else { return nil }
    return try await thread.run(.following, priority: priority, limit: timing.inferenceLimit) {
      [reporter, device = configuration.device] () throws(DeviceError) in
      let clock = ContinuousClock()
      let start = clock.now
      let decoding = try decoder.decode(encoding, preferring: preferences)
      let seconds = (clock.now - start).seconds
      reporter.ran(seconds: seconds)
      guard decoding.emissions.allSatisfy(\.confidence.isFinite) else { throw .notFinite(device: device) }
      return DecoderOutput(decoding: decoding, seconds: seconds)
    }
  }
}

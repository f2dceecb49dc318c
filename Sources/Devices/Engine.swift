internal import SpeechFeatures

/// The devices that turn log-mel frames into tokens.
public struct Engine: Sendable {
  public let networks: any SpeechNetworks
  public let encoders: EncoderService
  public let decoder: DecoderService
  /// The most frames that are encoded in one piece.
  public let windowLimit: Int
  /// True if the first device has to work at start.
  private let needsFirst: Bool

  /// Finds the devices; nothing is loaded yet. Blocks for a moment.
  ///
  /// - Parameters:
  ///   - selfTest: Recognizes a known recording on a device.
  ///   - onEvent: Called on any thread.
  init(
    _ networks: any SpeechNetworks, settings: ComputeSettings,
    selfTest: @escaping @Sendable (_ device: Device) async throws(DeviceError) -> Void,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) throws(DeviceError) {
    let available = try networks.devices()
    let order = try DeviceFallbackOrder(settings.device, fallback: settings.fallback, available: available)
    if settings.device != .auto, order.names[0] != settings.device.openVINOName {
      onEvent(.missing(device: settings.device.openVINOName, instead: order.names[0]))
    }
    try networks.checkProperties(of: order.names[0])
    let processor = Device.cpu.openVINOName
    // Encoder and decoder take turns where they share a device.
    let processorThread = DeviceThread(device: processor)
    let windowLimit = Int((settings.windowSeconds * Double(LogMelExtractor.frameRate)).rounded())
    var devices: [EncoderDevice] = []
    for name in order.names {
      let isProcessor = name == processor
      var timing = DeviceTiming(inferenceLimit: .seconds(settings.inferenceSeconds))
      if isProcessor { (timing.inferenceLimit, timing.loadLimit) = (nil, nil) }
      let shapes: EncoderShapes?
      do throws(BucketError) {
        // The processor as a fallback takes any shape.
        shapes = isProcessor && !devices.isEmpty ? nil : try settings.shapes(for: name)
      } catch {
        throw .bucket(error)
      }
      let device = Device.allCases.first { $0 != .auto && $0.openVINOName == name }
      let test: EncoderDevice.SelfTest = { () async throws(DeviceError) in
        if settings.isSelfTested, let device { try await selfTest(device) }
      }
      devices.append(
        EncoderDevice(
          networks.accelerator(named: name), shapes: shapes ?? .dynamic(limit: windowLimit),
          limits: settings.encoderCacheLimits, timing: timing, thread: isProcessor ? processorThread : nil,
          selfTest: isProcessor ? nil : test, onEvent: onEvent))
    }
    self.networks = networks
    encoders = EncoderService(devices)
    self.windowLimit = min(encoders.limit, windowLimit)
    needsFirst = order.needsFirst
    let decoding = try DeviceFallbackOrder(
      settings.decoderDevice == .auto ? .cpu : settings.decoderDevice,
      fallback: settings.fallback == .cpu ? .cpu : .auto, available: available)
    decoder = DecoderService(
      networks, on: decoding.names, timing: DeviceTiming(inferenceLimit: .seconds(settings.inferenceSeconds)),
      thread: { $0 == processor ? processorThread : nil }, onEvent: onEvent)
  }

  /// Loads the decoder, and the encoder on the best device that works.
  func start() async throws(DeviceError) {
    // One after the other: the memory that an encoder takes is measured.
    try await decoder.start()
    try await encoders.start(onFirstOnly: needsFirst)
  }
}

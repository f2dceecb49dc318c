/// The devices that turn log-mel frames into tokens.
public struct Engine: Sendable {
  /// The networks of the model.
  public let networks: any SpeechNetworks
  /// The service that runs the encoder.
  public let encoders: EncoderService
  /// The service that runs the decoder.
  public let decoder: DecoderService
  /// The most frames that are encoded in one piece.
  public let windowLimit: Int
  /// True if the first device must work at start.
  private let needsFirst: Bool

  /// Finds the devices, and loads nothing yet. Blocks for a short time.
  ///
  /// - Parameters:
  ///   - selfTest: Recognizes a known recording on a device.
  ///   - onEvent: Called on an arbitrary thread.
  init(
    _ networks: any SpeechNetworks, settings: ComputeSettings,
    selfTest: @escaping @Sendable (DeviceID, SelfTest.Role) async throws(DeviceError) -> Void,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) throws(DeviceError) {
    // OpenVINO loads its plugins for all devices to list them, which takes memory that the processor does not need.
    let available = settings.usesProcessorOnly ? [.cpu] : try networks.devices()
    let order = try DeviceFallbackOrder(settings.device, fallback: settings.fallback, available: available)
    if let chosen = settings.device.id, order.devices[0] != chosen {
      onEvent(.missing(device: chosen, instead: order.devices[0]))
    }
    try networks.checkProperties(of: order.devices[0])
    // Encoder and decoder take turns if they share the processor.
    let processorThread = DeviceThread(device: .cpu)
    let timing = DeviceTiming(inferenceLimit: .seconds(settings.inferenceSeconds))
    var devices: [EncoderDevice] = []
    for device in order.devices {
      // The processor as a fallback takes any shape.
      let shapes = device.isProcessor && !devices.isEmpty ? nil : try settings.shapes(for: device)
      let test: EncoderDevice.SelfTest = { () async throws(DeviceError) in
        if settings.isSelfTested { try await selfTest(device, .encoder) }
      }
      devices.append(
        EncoderDevice(
          networks.accelerator(on: device), isRequired: order.needsFirst && devices.isEmpty,
          shapes: shapes ?? .dynamic(limit: settings.windowFrames),
          limits: settings.encoderCacheLimits, timing: device.isProcessor ? timing.unlimited : timing,
          thread: device.isProcessor ? processorThread : nil, selfTest: device.isProcessor ? nil : test,
          onEvent: onEvent))
    }
    self.networks = networks
    encoders = EncoderService(devices)
    self.windowLimit = min(encoders.limit, settings.windowFrames)
    needsFirst = order.needsFirst
    let decoding = try DeviceFallbackOrder(
      settings.decoderDevice == .auto ? .cpu : settings.decoderDevice,
      fallback: settings.fallback, available: available)
    decoder = DecoderService(
      networks, on: decoding.devices, timing: timing, thread: { $0.isProcessor ? processorThread : nil },
      selfTest: { device throws(DeviceError) in
        if settings.isSelfTested { try await selfTest(device, .decoder) }
      }, onEvent: onEvent)
  }

  /// Loads the decoder, and the encoder on the best device that works.
  func start() async throws(DeviceError) {
    // One after the other: the memory that an encoder takes is measured.
    try await decoder.start()
    try await encoders.start(onFirstOnly: needsFirst)
  }
}

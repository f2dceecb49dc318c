internal import Devices
internal import Glibc
internal import SpeechFeatures

/// All that turns log-mel frames into tokens: the devices that encode and the one that decodes.
struct Engine: Sendable {
  let networks: NetworkCompiler
  let encoders: EncoderService
  let decoder: TokenDecoder
  /// The most frames that are encoded in one piece.
  let windowLimit: Int
  /// Whether the first device has to work at start.
  private let needsFirst: Bool

  /// Sees what is there; nothing is loaded yet. Blocks for a moment.
  ///
  /// - Parameter selfTest: Recognizes a known recording on a device, by OpenVINO's name.
  init(
    _ networks: NetworkCompiler, settings: ComputeSettings,
    selfTest: @escaping @Sendable (_ device: String) async throws(DeviceFault) -> Void,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) throws(RecognitionError) {
    let available = try networks.devices()
    let chain = try DeviceFallbackOrder(settings.device, fallback: settings.fallback, available: available)
    if settings.device != .auto, chain.names[0] != settings.device.openVINOName {
      onEvent(.missing(device: settings.device.openVINOName, instead: chain.names[0]))
    }
    try networks.checkProperties(of: chain.names[0])
    let processor = Device.cpu.openVINOName
    // Encoder and decoder take turns where they share a device.
    let processorThread = DeviceThread(device: processor)
    var devices: [SupervisedDevice] = []
    let windowLimit = Int((settings.windowSeconds * Double(LogMelExtractor.frameRate)).rounded())
    for name in chain.names {
      let isProcessor = name == processor
      // What stands in takes any shape.
      let isAskedFor = devices.isEmpty
      var timing = DeviceTiming()
      timing.inferenceLimit = isProcessor ? nil : .seconds(settings.inferenceSeconds)
      if isProcessor { timing.loadLimit = nil }
      do throws(BucketError) {
        let shapes = isProcessor && !isAskedFor ? nil : try settings.shapes(for: name)
        devices.append(
          SupervisedDevice(
            OpenVINOAccelerator(name: name, networks: networks) { () throws(DeviceFault) in
              if settings.isSelfTested { try await selfTest(name) }
            },
            shapes: shapes ?? .dynamic(limit: windowLimit),
            limits: settings.encoderCacheLimits,
            timing: timing, isOnProbation: !isProcessor, thread: isProcessor ? processorThread : nil,
            onEvent: onEvent))
      } catch {
        throw .bucket(error)
      }
    }
    self.networks = networks
    encoders = EncoderService(devices)
    self.windowLimit = min(encoders.limit, windowLimit)
    needsFirst = chain.needsFirst
    let decoding = try DeviceFallbackOrder(
      settings.decoderDevice == .auto ? .cpu : settings.decoderDevice,
      fallback: settings.fallback == .cpu ? .cpu : .auto, available: available)
    decoder = TokenDecoder(
      networks, on: decoding.names, limit: .seconds(settings.inferenceSeconds),
      thread: { $0 == processor ? processorThread : DeviceThread(device: $0) }, onEvent: onEvent)
  }

  /// Loads the decoder, and the encoder on the best device that works.
  func start() async throws(DeviceFault) {
    // One after the other: what an encoder takes is measured.
    try await decoder.load()
    try await encoders.start(onFirstOnly: needsFirst)
  }
}

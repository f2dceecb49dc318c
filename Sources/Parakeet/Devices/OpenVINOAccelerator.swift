internal import Devices
internal import Glibc
internal import Inference
internal import ModelStore
internal import SpeechFeatures
internal import Synchronization

/// The encoder of a model on a device that OpenVINO drives.
struct OpenVINOAccelerator: Accelerator {
  let device: DeviceID
  let networks: NetworkCompiler

  func load(_ shape: EncoderShape) throws(DeviceError) -> any LoadedEncoder {
    let before = ProcessMemory.residentBytes() + networks.allottedBytes(on: device)
    return try DeviceError.loading(on: device) { () throws(ParakeetError) in
      OpenVINOEncoder(
        try networks.encoder(on: device, shape), shape, device: device, networks: networks,
        bytesBefore: before)
    }
  }
}

/// An encoder that OpenVINO has compiled.
private final class OpenVINOEncoder: LoadedEncoder {
  let executionDevice: String
  let isFromCache: Bool
  private let device: DeviceID
  private let shape: EncoderShape
  private let networks: NetworkCompiler
  private let bytesBefore: Int64
  private let bytes = Atomic<Int64>(0)
  private let network: Mutex<EncoderNetwork>

  init(
    _ network: consuming sending EncoderNetwork, _ shape: EncoderShape, device: DeviceID,
    networks: NetworkCompiler, bytesBefore: Int64
  ) {
    executionDevice = network.executionDevice
    isFromCache = network.isFromCache
    self.device = device
    self.shape = shape
    self.networks = networks
    self.bytesBefore = bytesBefore
    self.network = Mutex(network)
  }

  var residentBytes: Int64 { bytes.load(ordering: .relaxed) }

  func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(DeviceError) -> Encoding {
    try DeviceError.running(on: device) { () throws(InferenceError) in
      try network.withLock { network throws(InferenceError) in try network.encode(frames, range) }
    }
  }

  func warmUp() throws(DeviceError) -> Encoding {
    let seconds = 2
    let count = min(shape.bucket?.frames ?? .max, seconds * LogMelExtractor.frameRate)
    var extractor = LogMelExtractor(bandCount: networks.model.configuration.bandCount)
    extractor.append([Float](repeating: 0, count: seconds * LogMelExtractor.sampleRate).span)
    let encoding = try encode(extractor.finished(), 0..<count)
    Runtime.releaseUnusedMemory()
    let now = ProcessMemory.residentBytes() + networks.allottedBytes(on: device)
    bytes.store(max(0, now - bytesBefore), ordering: .relaxed)
    return encoding
  }
}

/// The memory of this process.
enum ProcessMemory {
  /// Returns the resident bytes, mapped files included; 0 if the system does not report them.
  static func residentBytes() -> Int64 {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }
}

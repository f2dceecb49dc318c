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
    let before = networks.bytes(on: device)
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
    bytes.store(max(0, networks.bytes(on: device) - bytesBefore), ordering: .relaxed)
    return encoding
  }
}

extension NetworkCompiler {
  /// Returns the memory that the process and a device use, in bytes.
  fileprivate func bytes(on device: DeviceID) -> Int64 {
    guard device.kind == .npu else { return ProcessMemory.residentBytes(mappedFiles: true) }
    // The driver reports a blob that it uses in place as its own memory; to the process it is a mapped file.
    return ProcessMemory.residentBytes(mappedFiles: false) + allottedBytes(on: device)
  }
}

/// The memory of this process.
enum ProcessMemory {
  /// Returns the resident bytes; 0 if the system does not report them.
  ///
  /// - Parameter mappedFiles: True to include the pages of mapped files, and of memory that processes share.
  static func residentBytes(mappedFiles: Bool) -> Int64 {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // size, resident, shared (files and shared memory), …
    let pages = text.split(separator: " ").dropFirst().prefix(2).compactMap { Int64($0) }
    guard pages.count == 2 else { return 0 }
    return (pages[0] - (mappedFiles ? 0 : pages[1])) * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }
}

public import SpeechFeatures

/// What loads and runs encoders: a device through OpenVINO, or in tests a script.
///
/// Its calls block, and are made on threads of their own.
public protocol Accelerator: Sendable {
  /// How the device is called: "CPU", "NPU".
  var name: String { get }

  /// Compiles the encoder for a shape, or reads it from the cache. Takes seconds.
  func load(_ shape: EncoderShape) throws(DeviceFault) -> any LoadedEncoder

  /// Recognizes a known recording on the device, or tells what went wrong.
  func selfTest() async throws(DeviceFault)
}

/// An encoder that is ready to run. One thread uses it at a time.
public protocol LoadedEncoder: Sendable {
  /// What really runs it, as the runtime says.
  var executionDevice: String { get }
  /// Whether it was read from the cache and not compiled.
  var isFromCache: Bool { get }
  /// Bytes of memory that loading and the first run took; measured.
  var residentBytes: Int64 { get }

  /// Encodes a stretch of frames, normalised over the stretch and padded with zeros to the encoder's shape.
  func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(DeviceFault) -> Encoding

  /// Runs once on silence: a network's first run takes several times as long as those after it.
  func warmUp() throws(DeviceFault) -> Encoding
}

/// What went wrong on a device.
public enum DeviceFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The device, or what drives it, refused or failed.
  case failed(device: String, why: String)
  /// It has not answered in time.
  case late(device: String, seconds: Double)
  /// It answered with something else than numbers.
  case notFinite(device: String)
  /// What is wrong with the model or its files; the device is not to blame.
  case model(String)
  /// It failed before and has not come back.
  case lost(device: String, why: String)
  case cancelled

  /// The device that is to blame.
  public var device: String? {
    switch self {
    case .failed(let device, _), .late(let device, _), .notFinite(let device), .lost(let device, _): device
    case .model, .cancelled: nil
    }
  }

  public var description: String {
    switch self {
    case .failed(let device, let why): "\(device): \(why)"
    case .late(let device, let seconds): "\(device) has not answered within \(seconds) s"
    case .notFinite(let device): "\(device) answered with NaN"
    case .model(let why): why
    case .lost(let device, let why): "\(device) is lost: \(why)"
    case .cancelled: "cancelled"
    }
  }
}

public import SpeechFeatures
public import Transducer

/// The networks of one model, which each device can load. Its calls block, and are made on threads of their own.
public protocol SpeechNetworks: Sendable {
  /// The names of the devices in this machine, as OpenVINO lists them: "CPU", "GPU.0", "NPU".
  func devices() throws(DeviceError) -> [String]

  /// Refuses properties that a device does not have.
  func checkProperties(of device: String) throws(DeviceError)

  /// The accelerator that runs the encoder on a device.
  func accelerator(named device: String) -> any Accelerator

  /// Loads the decoder's networks on a device.
  func decoder(on device: String) throws(DeviceError) -> any LoadedDecoder

  /// The precision that a transcript reports; `nil` if the device has loaded nothing.
  func precision(on device: String) -> Precision?
}

/// A backend that loads encoders: a device through OpenVINO, or in tests a script.
///
/// Its calls block, and are made on threads of their own.
public protocol Accelerator: Sendable {
  /// The name of the device: "CPU", "NPU".
  var name: String { get }

  /// Compiles the encoder for a shape, or reads it from the cache. Takes seconds.
  func load(_ shape: EncoderShape) throws(DeviceError) -> any LoadedEncoder
}

/// An encoder that is ready to run. One thread uses it at a time.
public protocol LoadedEncoder: Sendable {
  /// The device that runs it, as the runtime reports.
  var executionDevice: String { get }
  /// True if it was read from the cache of compiled networks.
  var isFromCache: Bool { get }
  /// Bytes of memory that loading and the first run took; measured.
  var residentBytes: Int64 { get }

  /// Encodes a range of frames, normalized over the range and padded with zeros to the encoder's shape.
  func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(DeviceError) -> Encoding

  /// Runs once on silence: the first run of a network takes several times as long as later ones.
  func warmUp() throws(DeviceError) -> Encoding
}

/// The decoder's networks on a device, ready to run. One thread uses them at a time.
public protocol LoadedDecoder: Sendable {
  /// Decodes encoder frames to tokens.
  ///
  /// - Parameter mask: The tokens that may be emitted; `nil` for all.
  func decode(_ encoding: Encoding, allowing mask: TokenMask?) throws(DeviceError) -> Decoding
}

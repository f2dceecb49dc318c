public import SpeechFeatures
public import Transducer

/// The networks of one model, for all devices. Its calls block, and are made on dedicated threads.
public protocol SpeechNetworks: Sendable {
  /// Returns the devices of this machine that OpenVINO lists.
  func devices() throws(DeviceError) -> [DeviceID]

  /// Checks that a device has the configured properties.
  func checkProperties(of device: DeviceID) throws(DeviceError)

  /// Returns the accelerator that runs the encoder on a device.
  func accelerator(on device: DeviceID) -> any Accelerator

  /// Loads the decoder's networks on a device.
  func decoder(on device: DeviceID) throws(DeviceError) -> any LoadedDecoder

  /// Returns the precision that a transcript reports; `nil` if the device has loaded nothing.
  func precision(on device: DeviceID) -> Precision?
}

/// A backend that loads encoders: a device through OpenVINO, or a script in tests.
///
/// Its calls block, and are made on dedicated threads.
public protocol Accelerator: Sendable {
  /// The device that the backend uses.
  var device: DeviceID { get }

  /// Compiles the encoder for a shape, or reads it from the cache. Takes seconds.
  func load(_ shape: EncoderShape) throws(DeviceError) -> any LoadedEncoder
}

/// An encoder that is ready to run. One thread uses it at a time.
public protocol LoadedEncoder: Sendable {
  /// The device that runs it, as the runtime reports.
  var executionDevice: String { get }
  /// True if the network was read from the cache of compiled networks.
  var isFromCache: Bool { get }
  /// The measured memory that loading and the first run took, in bytes.
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
  /// - Parameter preferences: The tokens that may be emitted, and those that are preferred.
  func decode(_ encoding: Encoding, preferring preferences: TokenPreferences) throws(DeviceError) -> Decoding
}

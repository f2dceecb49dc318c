/// The reason why a device has no result.
public enum DeviceError: Error, Sendable {
  /// The device, or its driver, refused or failed.
  case failed(device: String, why: String)
  /// It did not answer in time.
  case late(device: String, seconds: Double)
  /// It answered with NaN or infinity.
  case notFinite(device: String)
  /// It failed before and has not come back.
  case lost(device: String, why: String)
  /// The device asked for is not in this machine.
  case missing(Device, available: [String])
  case bucket(BucketError)
  /// The networks cannot be made: a file of the model or a setting is wrong, and the device is not to blame.
  case networks(any Error)
  case cancelled

  /// The name of the device that failed.
  public var device: String? {
    switch self {
    case .failed(let device, _), .late(let device, _), .notFinite(let device), .lost(let device, _): device
    case .missing, .bucket, .networks, .cancelled: nil
    }
  }

}

extension DeviceError: Equatable {
  public static func == (one: DeviceError, other: DeviceError) -> Bool {
    one.description == other.description
  }
}

extension DeviceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .failed(let device, let why): "\(device): \(why)"
    case .late(let device, let seconds): "\(device) has not answered within \(seconds) s"
    case .notFinite(let device): "\(device) answered with NaN"
    case .lost(let device, let why): "\(device) is lost: \(why)"
    case .missing(let device, let available):
      "there is no \(device.openVINOName) here, only \(available.joined(separator: ", "))"
    case .bucket(let error): error.description
    case .networks(let error): "\(error)"
    case .cancelled: "cancelled"
    }
  }
}

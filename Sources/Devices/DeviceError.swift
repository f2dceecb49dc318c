/// An error of a device, or of the networks that it should run.
public enum DeviceError: Error, Sendable {
  /// The device or its driver failed, or rejected a call.
  case failed(device: DeviceID, why: String)
  /// The device exceeded its time limit.
  case late(device: DeviceID, seconds: Double)
  /// The device returned NaN or infinity.
  case notFinite(device: DeviceID)
  /// The device failed before and has not recovered.
  case lost(device: DeviceID, why: String)
  /// The chosen device is not in this machine.
  case missing(DeviceID, available: [DeviceID])
  /// A bucket's length, in seconds, is too small or too large.
  case bucketOutOfRange(Double)
  /// A bucket is listed more than once.
  case bucketListedTwice(Bucket)
  /// No bucket is loaded at start.
  case noEagerBucket
  /// The networks cannot be made: a file of the model or a setting is wrong, not the device.
  case networks(any Error)
  /// The caller was cancelled.
  case cancelled

  /// The device that failed.
  public var device: DeviceID? {
    switch self {
    case .failed(let device, _), .late(let device, _), .notFinite(let device), .lost(let device, _): device
    case .missing, .bucketOutOfRange, .bucketListedTwice, .noEagerBucket, .networks, .cancelled: nil
    }
  }
}

extension DeviceError {
  /// The error without the device's name, for a sentence that names it.
  public var reason: String {
    switch self {
    case .failed(_, let why), .lost(_, let why): why
    case .late(_, let seconds): "it has not answered within \(seconds) s"
    case .notFinite: "it answered with NaN"
    case .missing, .bucketOutOfRange, .bucketListedTwice, .noEagerBucket, .networks, .cancelled: description
    }
  }
}

extension DeviceError: Equatable {
  /// Compares the descriptions, because the cause of ``networks(_:)`` is not `Equatable`.
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
      "there is no \(device) here, only \(available.map(\.description).joined(separator: ", "))"
    case .bucketOutOfRange(let seconds):
      "a bucket of \(seconds) s; expected \(Bucket.seconds.lowerBound) to \(Bucket.seconds.upperBound)"
    case .bucketListedTwice(let bucket): "the bucket of \(bucket) is listed twice"
    case .noEagerBucket: "no bucket is compiled at start; give at least one"
    case .networks(let error): "\(error)"
    case .cancelled: "cancelled"
    }
  }
}

public import Devices
public import Inference
public import ModelStore

/// Why there is no transcript.
public enum RecognitionError: Error, Sendable, CustomStringConvertible {
  case model(ModelError)
  case inference(InferenceError)
  /// A network's file cannot be read.
  case graph(InferenceError)
  case cache(directory: String, why: String)
  case preparation(model: String, directory: String, why: String)
  case precision(Precision, device: String, supported: [String])
  /// A prepared model has lost the weights that this would need.
  case preparedOtherwise(Precision, weights: [WeightFormat], model: String)
  case deviceMissing(Device, available: [String])
  case property(String, device: String, known: [String])
  case bucket(BucketError)
  case device(DeviceFault)
  case cancelled

  public var description: String {
    switch self {
    case .model(let error): error.description
    case .inference(let error), .graph(let error): error.description
    case .cache(let directory, let why):
      "cannot keep compiled models in \(directory): \(why); name a writable --data-dir, or use --no-cache"
    case .preparation(let model, let directory, let why):
      "cannot prepare \(model) in \(directory): \(why); name a writable --data-dir with enough room, or use --no-cache"
    case .precision(let precision, let device, let supported):
      "\(device) cannot compute in \(precision.rawValue); it can in \(supported.joined(separator: ", "))"
    case .preparedOtherwise(let precision, let weights, let model):
      "model \(model): its weights were prepared as \(weights.map(\.rawValue).joined(separator: " and ")), \(precision.rawValue) needs the model it was made of"
    case .deviceMissing(let device, let available):
      "there is no \(device.openVINOName) here, only \(available.joined(separator: ", ")); --fallback cpu goes on without it"
    case .property(let key, let device, let known):
      "\(device) has no property \(key); it has \(known.joined(separator: ", "))"
    case .bucket(let error): error.description
    case .device(let fault): fault.description
    case .cancelled: "cancelled"
    }
  }

  /// What was thrown where several kinds of errors meet.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as RecognitionError: error
      case let error as InferenceError: .inference(error)
      case DeviceFault.cancelled: .cancelled
      case let error as DeviceFault: .device(error)
      case let error as BucketError: .bucket(error)
      case let error as ModelError: .model(error)
      default: .inference(InferenceError(operation: "load the model", message: "\(error)"))
      }
  }
}

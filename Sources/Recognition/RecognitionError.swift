public import Inference
public import ModelStore

/// Why there is no transcript.
public enum RecognitionError: Error, Sendable, CustomStringConvertible {
  case model(ModelError)
  case inference(InferenceError)
  case cache(directory: String, why: String)
  case precision(Precision, device: String, supported: [String])
  /// The recognizer could not load its model when it was prepared.
  case notPrepared
  case cancelled

  public var description: String {
    switch self {
    case .model(let error): error.description
    case .inference(let error): error.description
    case .cache(let directory, let why):
      "cannot keep compiled models in \(directory): \(why); name a writable --data-dir, or use --no-cache"
    case .precision(let precision, let device, let supported):
      "\(device) cannot compute in \(precision.rawValue); it can in \(supported.joined(separator: ", "))"
    case .notPrepared: "the model is not loaded"
    case .cancelled: "cancelled"
    }
  }
}

public import Inference
public import ModelStore

/// Why there is no transcript.
public enum RecognitionError: Error, Sendable, CustomStringConvertible {
  case model(ModelError)
  case inference(InferenceError)
  case cache(directory: String, why: String)
  case preparation(model: String, directory: String, why: String)
  case precision(Precision, device: String, supported: [String])
  /// A prepared model has lost the weights that this would need.
  case preparedOtherwise(Precision, weights: WeightFormat, model: String)
  /// The recognizer could not load its model when it was prepared.
  case notPrepared
  case cancelled

  public var description: String {
    switch self {
    case .model(let error): error.description
    case .inference(let error): error.description
    case .cache(let directory, let why):
      "cannot keep compiled models in \(directory): \(why); name a writable --data-dir, or use --no-cache"
    case .preparation(let model, let directory, let why):
      "cannot prepare \(model) in \(directory): \(why); name a writable --data-dir with enough room, or use --no-cache"
    case .precision(let precision, let device, let supported):
      "\(device) cannot compute in \(precision.rawValue); it can in \(supported.joined(separator: ", "))"
    case .preparedOtherwise(let precision, let weights, let model):
      "model \(model): its weights were prepared as \(weights.rawValue), \(precision.rawValue) needs the model it was made of"
    case .notPrepared: "the model is not loaded"
    case .cancelled: "cancelled"
    }
  }

  /// What was thrown where several kinds of errors meet.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as RecognitionError: error
      case let error as InferenceError: .inference(error)
      case let error as ModelError: .model(error)
      default: .inference(InferenceError(operation: "load the model", message: "\(error)"))
      }
  }
}

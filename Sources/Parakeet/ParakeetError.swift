public import Devices
public import Inference
public import ModelStore

/// The reason why a model's networks cannot be made.
public enum ParakeetError: Error, Sendable, CustomStringConvertible {
  /// The model's files are missing, damaged, or do not fit together.
  case model(ModelError)
  /// OpenVINO refused or failed; that may be the device's fault.
  case inference(InferenceError)
  /// The file of a network cannot be read.
  case graph(InferenceError)
  /// Compiled networks cannot be kept in a directory.
  case cache(directory: String, why: String)
  /// A model cannot be prepared in a directory.
  case preparation(model: String, directory: String, why: String)
  /// A device does not support a precision.
  case precision(Precision, device: DeviceID, supported: [String])
  /// A prepared model no longer has the weights that the precision needs.
  case preparedOtherwise(Precision, weights: [WeightFormat], model: String)
  /// A device has no such property, or it cannot be set.
  case property(String, device: DeviceID, known: [String])
  /// A device does not accept the value of a property.
  case propertyValue(String, String, device: DeviceID, why: String)

  /// A message for the user.
  public var description: String {
    switch self {
    case .model(let error): error.description
    case .inference(let error), .graph(let error): error.description
    case .cache(let directory, let why): "cannot keep compiled models in \(directory): \(why)"
    case .preparation(let model, let directory, let why):
      "cannot prepare \(model) in \(directory): \(why)"
    case .precision(let precision, let device, let supported):
      "\(device) does not support \(precision.rawValue), only \(supported.joined(separator: ", "))"
    case .preparedOtherwise(let precision, let weights, let model):
      "model \(model): prepared with \(weights.map(\.rawValue).joined(separator: " and ")) weights; \(precision.rawValue) needs the original model"
    case .property(let key, let device, let known):
      "\(device) has no property \(key) that can be set; it has \(known.joined(separator: ", "))"
    case .propertyValue(let key, let value, let device, let why):
      "\(device) does not accept \(key)=\(value): \(why)"
    }
  }

  /// Runs work that reads or compiles networks; its errors become errors of this module.
  static func catching<Value: ~Copyable>(_ work: () throws -> Value) throws(ParakeetError) -> Value {
    do {
      return try work()
    } catch {
      throw ParakeetError(error)
    }
  }

  /// Wraps an error from reading or compiling networks.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as ParakeetError: error
      case let error as InferenceError: .inference(error)
      case let error as ModelError: .model(error)
      default: .inference(InferenceError(operation: "load the model", message: "\(error)"))
      }
  }
}

extension DeviceError {
  /// Runs work that loads a network onto a device.
  static func loading<Value>(
    on device: DeviceID, _ work: () throws(ParakeetError) -> Value
  ) throws(DeviceError) -> Value {
    do throws(ParakeetError) {
      return try work()
    } catch .inference(let error) {
      // A refusal by OpenVINO may be the device's fault.
      throw .failed(device: device, why: error.description)
    } catch {
      throw .networks(error)
    }
  }

  /// Runs a network on a device.
  static func running<Value>(
    on device: DeviceID, _ work: () throws(InferenceError) -> Value
  ) throws(DeviceError) -> Value {
    do throws(InferenceError) {
      return try work()
    } catch {
      throw .failed(device: device, why: error.description)
    }
  }
}

public import Devices
public import Parakeet

/// An event in the life of a recognizer's model and devices.
public enum RecognitionEvent: Sendable, Equatable, CustomStringConvertible {
  /// The model is prepared for this machine.
  case preparation(PreparationEvent)
  /// An event on a device.
  case device(DeviceEvent)
  /// A client requested a language that the model does not support, or whose script is unknown.
  case unknownLanguage(String, model: String)

  /// True if it matters to a user who waits. An encoder that cannot be loaded shows in the transcript or in its error.
  public var isNotable: Bool {
    switch self {
    case .preparation, .device(.unusable), .device(.lost), .device(.missing), .device(.overLimit),
      .unknownLanguage:
      true
    case .device: false
    }
  }

  /// True if an operator should look into it.
  public var isTrouble: Bool {
    switch self {
    case .device(let event): event.isTrouble
    case .preparation(let event): event.isTrouble
    case .unknownLanguage: false
    }
  }

  public var description: String {
    switch self {
    case .preparation(let event): event.description
    case .device(let event): event.description
    case .unknownLanguage(let language, let model):
      "the language \(language) is ignored: \(model) does not support it, or its script is unknown"
    }
  }
}

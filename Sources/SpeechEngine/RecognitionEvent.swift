public import Devices
public import Parakeet

/// An event in the life of a recognizer's model and devices.
public enum RecognitionEvent: Sendable, Equatable, CustomStringConvertible {
  case preparation(PreparationEvent)
  case device(DeviceEvent)
  /// A client requested a language that the model does not know, or whose script is not known.
  case unknownLanguage(String, model: String)

  /// True if a person who waits wants to know. An encoder that cannot be loaded shows in the transcript or in its error.
  public var isNotable: Bool {
    switch self {
    case .preparation, .device(.lost), .device(.missing), .device(.overLimit), .unknownLanguage: true
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
      "the language \(language) is passed over: \(model) does not know it, or its script is not known"
    }
  }
}

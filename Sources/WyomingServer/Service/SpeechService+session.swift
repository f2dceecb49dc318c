internal import Endpointing
internal import Serving
internal import Transducer
internal import WyomingProtocol

extension SpeechService {
  /// Returns the times after which an utterance ends; `nil` if the client ends it.
  func endpointTimes(for request: Session.Request) -> EndpointTimes? {
    let sensitivity = request.sensitivity.flatMap(EndpointSensitivity.init) ?? .normal
    return endpointing?.scaled(by: sensitivity.factor)
  }
}

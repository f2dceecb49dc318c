internal import OpenAIProtocol
public import Serving

/// The models that an address serves.
public struct ServedModels: Sendable {
  /// The address's own service, for clients that name no model, or one of OpenAI's.
  public let standard: SpeechService
  private let services: [SpeechService]

  /// Creates the models of an address.
  ///
  /// - Parameters:
  ///   - standard: The address's own service.
  ///   - others: The services of the process's other models, with the settings of this address.
  public init(standard: SpeechService, others: [SpeechService]) {
    self.standard = standard
    services = [standard] + others
  }

  /// The names of the models.
  var names: ModelNames {
    ModelNames(standard: standard.model.card.name, all: services.map(\.model.card.name))
  }

  /// All services, the address's own first.
  var all: [SpeechService] { services }

  /// Returns the service of the model that a client names.
  func service(for model: String?) throws(APIError) -> SpeechService {
    let name = try names.model(for: model)
    return services.first { $0.model.card.name == name } ?? standard
  }
}

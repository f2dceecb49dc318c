internal import Transducer

/// What is known of a model that its files do not say.
public struct KnownModel: Sendable {
  /// BCP 47 tags of the languages that it understands.
  public let languages: [String]
  /// Where its maker describes it.
  public let page: String
  /// Tokens, blank included: tells the models apart.
  let tokenCount: Int

  /// As NVIDIA's model cards say.
  static let parakeetV3 = KnownModel(
    languages: [
      "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl",
      "pl", "pt", "ro", "ru", "sk", "sl", "sv", "uk",
    ],
    page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3", tokenCount: 8193)
  static let parakeetV2 = KnownModel(
    languages: ["en"], page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v2", tokenCount: 1025)
}

extension HubModel {
  /// What is known of a model of the catalogue, whether its files are there or not.
  public var known: KnownModel? {
    switch self {
    case Self.v3: .parakeetV3
    case Self.v2: .parakeetV2
    default: nil
    }
  }
}

extension ModelDirectory {
  /// The public exports do not say which model they are; their vocabularies tell.
  public var known: KnownModel? {
    [.parakeetV3, .parakeetV2].first { $0.tokenCount == vocabulary.count }
  }

  /// BCP 47 tags of the languages that the model understands; empty if nobody knows.
  public var languages: [String] {
    configuration.languages.isEmpty ? known?.languages ?? [] : configuration.languages
  }
}

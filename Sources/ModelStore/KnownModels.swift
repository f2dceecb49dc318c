internal import Transducer

/// Facts about a model that its files do not contain.
public struct KnownModel: Sendable {
  /// The BCP 47 tags of the languages that the model understands.
  public let languages: [String]
  /// The address of the maker's description.
  public let page: String
  /// The number of tokens including blank, by which the models are told apart.
  let tokenCount: Int

  /// The facts in NVIDIA's model cards.
  static let parakeetV3 = KnownModel(
    languages: [
      "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl",
      "pl", "pt", "ro", "ru", "sk", "sl", "sv", "uk",
    ],
    page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3", tokenCount: 8193)
  static let parakeetV2 = KnownModel(
    languages: ["en"], page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v2", tokenCount: 1025)
}

extension HubRepository {
  /// The facts about a model of the catalogue, whether it has been downloaded or not.
  public var known: KnownModel? {
    switch self {
    case Self.v3: .parakeetV3
    case Self.v2: .parakeetV2
    default: nil
    }
  }
}

extension ModelDirectory {
  /// The facts about the model, found by the size of its vocabulary: the public exports have no name in them.
  public var known: KnownModel? {
    [.parakeetV3, .parakeetV2].first { $0.tokenCount == vocabulary.count }
  }

  /// The BCP 47 tags of the languages that the model understands; empty if unknown.
  public var languages: [String] {
    configuration.languages.isEmpty ? known?.languages ?? [] : configuration.languages
  }
}

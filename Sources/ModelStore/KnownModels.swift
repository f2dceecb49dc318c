internal import Transducer

/// Facts about a model that its files do not contain.
public struct KnownModel: Sendable, Equatable {
  /// The BCP 47 tags of the languages that the model understands.
  public let languages: [String]
  /// The maker's name.
  public let maker: String
  /// The address of the maker's description.
  public let page: String
  /// The size of the full-precision export in bytes, rounded, as published.
  public let bytes: Int
  /// Those who want this model, in a few words.
  public let audience: String

  static let parakeetV3 = KnownModel(
    languages: [
      "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl",
      "pl", "pt", "ro", "ru", "sk", "sl", "sv", "uk",
    ],
    maker: "NVIDIA", page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3", bytes: 2_550_000_000,
    audience: "European languages; the default of the service")
  static let parakeetV2 = KnownModel(
    languages: ["en"], maker: "NVIDIA", page: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v2",
    bytes: 2_510_000_000, audience: "English with punctuation")

  private static let ultra = KnownModel(
    languages: parakeetV3.languages, maker: "Moondream",
    page: "https://huggingface.co/moondream/parakeet-ultra",
    bytes: 2_500_000_000, audience: "European languages, fewer errors than v3 at the same cost")
  private static let small = KnownModel(
    languages: ["en"], maker: "NVIDIA", page: "https://huggingface.co/nvidia/parakeet-tdt_ctc-110m",
    bytes: 458_000_000, audience: "English on weak processors")
  private static let large = KnownModel(
    languages: ["en"], maker: "NVIDIA", page: "https://huggingface.co/nvidia/parakeet-tdt-1.1b",
    bytes: 4_300_000_000,
    audience: "English, fewest errors, in lower case without punctuation; strong machines")

  /// Facts by repository. Those about models that others have trained are from onnx-asr's list of community models.
  static let byRepository: [String: KnownModel] = [
    HubRepository.v3.repository: parakeetV3, HubRepository.v2.repository: parakeetV2,
    HubRepository.ultra.repository: ultra, HubRepository.small.repository: small,
    HubRepository.large.repository: large,
  ].merging(fineTunes.map { ($0.repository, $0.facts) }) { first, _ in first }

  /// The models for one language that others have trained from v3, by repository, in the order of their languages.
  public static let fineTunes: [(repository: String, facts: KnownModel)] = [
    fineTune("Buttermilk03/parakeet-primeline-onnx", "de", "German", by: "primeline/parakeet-primeline"),
    fineTune("OpenVoiceOS/yuriyvnv-parakeet-tdt-0.6b-et-onnx", "et", "Estonian"),
    fineTune(
      "xezpeleta/parakeet-tdt-0.6b-v3-basque-onnx-asr", "eu", "Basque",
      by: "itzune/parakeet-tdt-0.6b-v3-basque"),
    fineTune("OpenVoiceOS/yuriyvnv-parakeet-tdt-0.6b-nl-onnx", "nl", "Dutch"),
    fineTune("OpenVoiceOS/yuriyvnv-parakeet-tdt-0.6b-pl-onnx", "pl", "Polish"),
    fineTune("OpenVoiceOS/yuriyvnv-parakeet-tdt-0.6b-pt-onnx", "pt", "Portuguese"),
    fineTune(
      "alefiury/parakeet-tdt-0.6b-v3-ptBR-TAGARELA-onnx", "pt-BR", "Portuguese of Brazil",
      by: "alexandreacff/parakeet-tdt-0.6b-v3-ptBR-plus"),
    fineTune("OpenVoiceOS/yuriyvnv-parakeet-tdt-0.6b-sl-onnx", "sl", "Slovenian"),
  ]

  /// - Parameter original: The repository of the trained model; `nil` for the page of the export itself.
  private static func fineTune(
    _ repository: String, _ tag: String, _ language: String, by original: String? = nil
  ) -> (repository: String, facts: KnownModel) {
    let source = original ?? repository
    let maker = source.split(separator: "/").first.map(String.init) ?? source
    return (
      repository,
      KnownModel(
        languages: [tag], maker: maker, page: "https://huggingface.co/\(source)", bytes: 2_500_000_000,
        audience: "\(language) only; not tried with Lorikeet")
    )
  }
}

extension HubRepository {
  /// The facts about the model, whether it has been downloaded or not; `nil` if nothing is known.
  public var known: KnownModel? { KnownModel.byRepository[repository] }
}

extension ModelDirectory {
  /// The facts about the model, found by its repository, or else by the size of its vocabulary: the public exports have
  /// no name in them.
  public var known: KnownModel? {
    if let repository, let known = KnownModel.byRepository[repository] { return known }
    return switch vocabulary.count {
    case 8193: .parakeetV3
    case 1025: .parakeetV2
    default: nil
    }
  }

  /// The BCP 47 tags of the languages that the model understands; empty if unknown.
  public var languages: [String] {
    configuration.languages.isEmpty ? known?.languages ?? [] : configuration.languages
  }
}

internal import ModelStore
internal import WyomingProtocol

/// The answer to `describe`. Home Assistant uses these names as keys: keep them stable.
enum WyomingInfo {
  private typealias Maker = (name: String, url: String)

  private static let lorikeet: Maker = ("Lorikeet", "https://github.com/OHF-Voice/wyoming")

  /// Describes a model on this machine.
  static func program(for model: ModelDirectory) -> SpeechProgram {
    guard model.name != ModelDirectory.builtin else {
      return program(model.name, "The tiny built-in model, for testing only", by: lorikeet, model.languages)
    }
    return parakeet(
      model.name, by: maker(known: model.known, in: HubRepository(named: model.name)), model.languages)
  }

  /// Describes a model whose files are not downloaded yet.
  static func program(for model: HubRepository) -> SpeechProgram {
    parakeet(model.name, by: maker(known: model.known, in: model), model.known?.languages ?? [])
  }

  private static func maker(known: KnownModel?, in repository: HubRepository?) -> Maker {
    if let known { return ("NVIDIA", known.page) }
    if let path = repository?.repository, let owner = path.split(separator: "/").first {
      return (String(owner), "https://huggingface.co/\(path)")
    }
    // A user's model; nothing else is known about it.
    return ("made with NVIDIA NeMo", "https://github.com/NVIDIA/NeMo")
  }

  private static func parakeet(_ name: String, by maker: Maker, _ languages: [String]) -> SpeechProgram {
    program(name, "Parakeet TDT (\(name)) through OpenVINO", by: maker, languages)
  }

  private static func program(
    _ name: String, _ description: String, by maker: Maker, _ languages: [String]
  ) -> SpeechProgram {
    SpeechProgram(
      Artifact(
        name: SpeechProgram.lorikeet, description: "Lorikeet speech to text", version: Lorikeet.version,
        attribution: lorikeet),
      models: [
        SpeechProgram.Model(
          Artifact(name: name, description: description, version: Lorikeet.version, attribution: maker),
          languages: languages)
      ])
  }
}

internal import ModelStore
internal import Serving

extension ModelCard {
  private static let lorikeet = Maker(name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")

  /// Describes a model on this machine.
  init(_ model: ModelDirectory) {
    guard model.name != ModelDirectory.builtin else {
      self.init(
        name: model.name, description: "The tiny built-in model, for testing only", maker: Self.lorikeet,
        languages: model.languages)
      return
    }
    self.init(
      parakeet: model.name, by: Self.maker(known: model.known, in: HubRepository(named: model.name)),
      model.languages)
  }

  /// Describes a model whose files are not downloaded yet.
  init(_ model: HubRepository) {
    self.init(
      parakeet: model.name, by: Self.maker(known: model.known, in: model), model.known?.languages ?? [])
  }

  private init(parakeet name: String, by maker: Maker, _ languages: [String]) {
    self.init(
      name: name, description: "Parakeet TDT (\(name)) through OpenVINO", maker: maker, languages: languages)
  }

  private static func maker(known: KnownModel?, in repository: HubRepository?) -> Maker {
    if let known { return Maker(name: known.maker, url: known.page) }
    if let path = repository?.repository, let owner = path.split(separator: "/").first {
      return Maker(name: String(owner), url: "https://huggingface.co/\(path)")
    }
    // A user's model; nothing else is known about it.
    return Maker(name: "made with NVIDIA NeMo", url: "https://github.com/NVIDIA/NeMo")
  }
}

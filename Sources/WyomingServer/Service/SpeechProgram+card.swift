internal import Serving
internal import WyomingProtocol

extension SpeechProgram {
  private static let attribution = (name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")

  /// Describes a service. Home Assistant uses these names as keys: keep them stable.
  ///
  /// - Parameter version: The version of the server.
  init(_ service: SpeechService, version: String) {
    let card = service.model.card
    self.init(
      Artifact(
        name: Self.lorikeet, description: "Lorikeet speech to text", version: version,
        attribution: Self.attribution),
      models: [
        Model(
          Artifact(
            name: card.name, description: card.description, version: version,
            attribution: (card.maker.name, card.maker.url)),
          languages: card.languages)
      ])
    endsUtterances = service.endpointing != nil
  }
}

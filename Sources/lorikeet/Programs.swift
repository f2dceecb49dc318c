internal import ModelStore
internal import WyomingProtocol

/// What `describe` is answered with. Home Assistant keys on these names: keep them stable.
enum Programs {
  static func program(for model: ModelDirectory) -> SpeechProgram {
    let isBuiltin = model.name == ModelDirectory.builtin
    let maker =
      isBuiltin
      ? (name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")
      : (name: "NVIDIA", url: "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3")
    let description =
      isBuiltin ? "The tiny built-in model, for a try only" : "Parakeet TDT (\(model.name)) through OpenVINO"
    return SpeechProgram(
      Artifact(
        name: "lorikeet", description: "Lorikeet speech to text", version: Lorikeet.version,
        attribution: (name: "Lorikeet", url: "https://github.com/OHF-Voice/wyoming")),
      models: [
        SpeechProgram.Model(
          Artifact(name: model.name, description: description, version: Lorikeet.version, attribution: maker),
          languages: model.languages)
      ])
  }
}

/// Example commands in `--help`.
struct Examples: Sendable {
  struct Example: Sendable {
    let command: String
    let what: String

    init(_ command: String, _ what: String) {
      self.command = command
      self.what = what
    }
  }

  let all: [Example]

  init(_ all: Example...) {
    self.all = all
  }

  static let lorikeet = Examples(
    Example("lorikeet transcribe recording.wav", "Transcribe a recording"),
    Example("lorikeet serve --zeroconf", "Start a server that Home Assistant discovers"),
    Example("lorikeet doctor", "Find out why an NPU or GPU does not work"))

  static let serve = Examples(
    Example(
      "lorikeet serve --model parakeet-tdt-0.6b-v3 --zeroconf 'Living room'",
      "A full-size model, advertised to Home Assistant under this name"),
    Example(
      "lorikeet serve --uri 'tcp://[::]:10301?language=es'",
      "Another port over IPv6 and IPv4, for Spanish"),
    Example("lorikeet serve --config lorikeet.yaml --print-config", "Print each setting with its source"))

  static let transcribe = Examples(
    Example("lorikeet transcribe recording.wav", "Plain text"),
    Example(
      "lorikeet transcribe --format json *.wav", "JSON with times and confidences, one object per line"),
    Example("lorikeet transcribe --format srt talk.mp3 > talk.srt", "Subtitles"))

  static let names = Examples(
    Example("lorikeet names --names names.txt", "The names of a file"),
    Example(
      "lorikeet names --home-assistant http://homeassistant.local:8123",
      "The names of a home, with the token in LORIKEET_HOME_ASSISTANT_TOKEN"))

  static let models = Examples(
    Example("lorikeet models list", "List models on this machine and on Hugging Face"),
    Example("lorikeet models pull parakeet-tdt-0.6b-v3", "Download a model for 25 European languages"))

  static let list = Examples(
    Example("lorikeet models list", "All models of this user"),
    Example("lorikeet models list --available", "All known models with size and languages"),
    Example(
      "lorikeet models list --data-dir /var/lib/lorikeet", "The models of a server with this data directory"))

  static let pull = Examples(
    Example("lorikeet models pull parakeet-tdt-0.6b-v3", "The full model, 2.5 GB"),
    Example(
      "lorikeet models pull --files int8 parakeet-tdt-0.6b-v2",
      "The quantized model, 0.7 GB, slightly less accurate"))

  static let verify = Examples(
    Example("lorikeet models verify", "All models"),
    Example("lorikeet models verify parakeet-tdt-0.6b-v3", "One model"))

  static let remove = Examples(
    Example("lorikeet models remove parakeet-tdt-0.6b-v2", "Downloaded and prepared files of this user"),
    Example(
      "lorikeet models remove --data-dir /var/lib/lorikeet parakeet-tdt-0.6b-v2",
      "The files of a server with this data directory"))

  static let health = Examples(
    Example("lorikeet health", "The server on this machine"),
    Example(
      "lorikeet health --uri tcp://kitchen.local:10300 --timeout 2", "Another server, with a short timeout"),
    Example("lorikeet health --json", "Output for programs"))

  static let doctor = Examples(
    Example("lorikeet doctor", "A report with a fix for each problem"),
    Example("lorikeet doctor --json", "Output for programs, or for a bug report"))

  static let bench = Examples(
    Example("lorikeet bench", "Measure the device that 'serve' would use"),
    Example(
      "lorikeet bench --compare cpu,npu --model parakeet-tdt-0.6b-v3",
      "Compare two devices with a full-size model"),
    Example("lorikeet bench --realtime recording.wav", "Measure the time until the transcript arrives"))
}

extension String {
  /// Returns the text followed by the examples. Their lines are not wrapped if they fit.
  func with(_ examples: Examples) -> String {
    let lines = examples.all.map { "  # \($0.what)\n  \($0.command)" }
    return (isEmpty ? "" : self + "\n\n") + "EXAMPLES:\n" + lines.joined(separator: "\n")
  }
}

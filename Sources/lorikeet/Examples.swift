/// Commands to type as they stand, for `--help`.
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
    Example("lorikeet transcribe recording.wav", "What is said in a recording"),
    Example("lorikeet serve --zeroconf", "A server that Home Assistant finds by itself"),
    Example("lorikeet doctor", "What keeps an NPU or a GPU from working"))

  static let serve = Examples(
    Example(
      "lorikeet serve --model parakeet-tdt-0.6b-v3 --zeroconf 'Living room'",
      "A real model, found by Home Assistant under that name"),
    Example(
      "lorikeet serve --uri 'tcp://[::]:10301?language=es'",
      "On another port, over IPv6 and IPv4, for Spanish"),
    Example("lorikeet serve --config lorikeet.yaml --print-config", "What each setting is, and where from"))

  static let transcribe = Examples(
    Example("lorikeet transcribe recording.wav", "The text"),
    Example("lorikeet transcribe --format json *.wav", "An object a line, with times and confidence"),
    Example("lorikeet transcribe --format srt talk.mp3 > talk.srt", "Subtitles"))

  static let models = Examples(
    Example("lorikeet models list", "What is there, and what can be fetched"),
    Example("lorikeet models pull parakeet-tdt-0.6b-v3", "Fetch a model for 25 European languages"))

  static let list = Examples(
    Example("lorikeet models list", "All models"),
    Example("lorikeet models list --data-dir /var/lib/lorikeet", "Those of a server that keeps them there"))

  static let pull = Examples(
    Example("lorikeet models pull parakeet-tdt-0.6b-v3", "2.5 GB, once"),
    Example("lorikeet models pull --files int8 parakeet-tdt-0.6b-v2", "0.7 GB, a little less exact"))

  static let verify = Examples(
    Example("lorikeet models verify", "All models"),
    Example("lorikeet models verify parakeet-tdt-0.6b-v3", "One"))

  static let remove = Examples(
    Example("lorikeet models remove parakeet-tdt-0.6b-v2", "Its files, and what was prepared of them"),
    Example(
      "lorikeet models remove --data-dir /var/lib/lorikeet parakeet-tdt-0.6b-v2",
      "From a server that keeps them there"))

  static let health = Examples(
    Example("lorikeet health", "The server of this machine"),
    Example("lorikeet health --uri tcp://kitchen.local:10300 --timeout 2", "Another one, in a hurry"),
    Example("lorikeet health --json", "For programs"))

  static let doctor = Examples(
    Example("lorikeet doctor", "A report with what mends each trouble"),
    Example("lorikeet doctor --json", "For programs, or to attach to a bug report"))

  static let bench = Examples(
    Example("lorikeet bench", "The device that 'serve' would take"),
    Example("lorikeet bench --compare cpu,npu --model parakeet-tdt-0.6b-v3", "Two devices, a real model"),
    Example("lorikeet bench --realtime recording.wav", "How long a person waits for the transcript"))
}

extension String {
  /// The text and the examples below it. Lines of their own stay as they are if they fit.
  func with(_ examples: Examples) -> String {
    let lines = examples.all.map { "  # \($0.what)\n  \($0.command)" }
    return (isEmpty ? "" : self + "\n\n") + "EXAMPLES:\n" + lines.joined(separator: "\n")
  }
}

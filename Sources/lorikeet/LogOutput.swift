internal import FoundationEssentials
internal import Logging
internal import Settings

/// Writes the log to standard error, a line an entry: standard output belongs to results, and with `stdio://` to
/// the protocol. As text: `2026-11-22T20:15:03.120Z info listening uri=tcp://0.0.0.0:10300`.
struct LogOutput: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private let format: LogFormat

  init(format: LogFormat) {
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let time = Date().formatted(
      .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
    switch format {
    case .text:
      let pairs = fields.map { " \($0.key)=\(Self.oneLine("\($0.value)"))" }.joined()
      Terminal.note("\(time) \(event.level) \(Self.oneLine("\(event.message)"))\(pairs)\n")
    case .json:
      var object = ["time": time, "level": "\(event.level)", "message": "\(event.message)"]
      for (key, value) in fields { object[key] = "\(value)" }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Strings are always valid JSON.
      guard let data = try? encoder.encode(object) else { return }
      Terminal.note(String(decoding: data, as: UTF8.self) + "\n")
    }
  }

  /// What a client sent must not forge a line of its own.
  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

internal import FoundationEssentials
internal import Logging
internal import Settings
internal import SystemPaths

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
      let pairs = fields.map { " \($0.key)=\(Self.quoted("\($0.value)".inOneLine))" }.joined()
      Terminal.note("\(time) \(event.level) \("\(event.message)".inOneLine)\(pairs)\n")
    case .json:
      var object = ["time": time, "level": "\(event.level)", "message": "\(event.message)"]
      for (key, value) in fields { object[key] = "\(value)" }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Strings are always valid JSON.
      guard let data = try? encoder.encode(object) else { return }
      Terminal.note(String(decoding: data, as: UTF8.self).readableJSON + "\n")
    }
  }

  /// A value with blanks is quoted: it must not look like several.
  static func quoted(_ value: String) -> String {
    guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" }) else { return value }
    let escaped = value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    return "\"\(escaped)\""
  }
}

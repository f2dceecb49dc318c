internal import FoundationEssentials
internal import Logging
internal import Settings
internal import SystemPaths

/// Writes log entries as lines to standard error: standard output is for results, and with `stdio://` for the protocol.
///
/// A text line: `2026-11-22T20:15:03.120Z info listening uri=tcp://0.0.0.0:10300`.
struct LogOutput: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private let format: LogFormat
  private let queue: LogQueue

  init(format: LogFormat, queue: LogQueue) {
    self.format = format
    self.queue = queue
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    queue.add(
      Self.line(event.level, "\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 }, as: format))
  }

  /// Returns the entry that replaces lines that could not be written.
  static func dropped(_ count: Int, as format: LogFormat) -> String {
    line(.warning, "dropped log lines that could not be written", ["count": "\(count)"], as: format)
  }

  private static func line(
    _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, as format: LogFormat
  ) -> String {
    let fields = metadata.sorted { $0.key < $1.key }
    let time = Date().formatted(
      .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
    switch format {
    case .text:
      let pairs = fields.map { " \($0.key)=\(quoted("\($0.value)".inOneLine))" }.joined()
      return "\(time) \(level) \(message.inOneLine)\(pairs)\n"
    case .json:
      var object = ["time": time, "level": "\(level)", "message": message]
      for (key, value) in fields { object[key] = "\(value)" }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Strings are always valid JSON.
      guard let data = try? encoder.encode(object) else { return "" }
      return String(decoding: data, as: UTF8.self).readableJSON + "\n"
    }
  }

  /// Quotes a value with blanks, so that it does not look like several values.
  static func quoted(_ value: String) -> String {
    guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" }) else { return value }
    let escaped = value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    return "\"\(escaped)\""
  }
}

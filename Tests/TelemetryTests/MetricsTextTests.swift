import Telemetry
import Testing

@Suite struct `The text of metrics` {
  /// What can break a line or a quoted text, alone and behind something else.
  private static let pieces = [
    "", "\\", "\"", "\n", "\r", "\r\n", "\u{301}", "\u{200D}", "\0", "\u{85}", "\u{2028}", "n", "{", "}", ",",
    "=", " ", "#", "é", "🦜",
  ]

  /// Reads a sample of the text format as a scraper does, scalar by scalar.
  ///
  /// - Returns: `nil` if the line is none.
  private func sample(_ line: some Collection<Unicode.Scalar>) -> (labels: [[UInt8]], value: String)? {
    var rest = Array(line)[...]
    rest = rest.drop { $0 != "{" }.dropFirst()
    var labels: [[UInt8]] = []
    repeat {
      rest = rest.drop { $0 != "=" }.dropFirst()
      guard rest.popFirst() == "\"" else { return nil }
      var value = String.UnicodeScalarView()
      while let scalar = rest.popFirst(), scalar != "\"" {
        guard scalar == "\\" else {
          value.append(scalar)
          continue
        }
        switch rest.popFirst() {
        case "n": value.append("\n")
        case "\\": value.append("\\")
        case "\"": value.append("\"")
        default: return nil
        }
      }
      labels.append(Array(String(value).utf8))
    } while rest.popFirst() == ","
    var value = String.UnicodeScalarView()
    value.append(contentsOf: rest.dropFirst())
    return (labels, String(value))
  }

  @Test(arguments: [MetricsFormat.text, .openMetrics])
  func `a label's value is read back whatever it is`(format: MetricsFormat) throws {
    for first in Self.pieces {
      for second in Self.pieces {
        for third in Self.pieces {
          let values = [first + second + third, third + first]
          let text = format.render([
            MetricFamily(
              "a", "A.", .gauge, [.init(labels: [Label("x", values[0]), Label("y", values[1])], value: 3)])
          ])
          let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
          try #require(lines.count == (format == .text ? 4 : 5), "\(values)")
          let read = sample(lines[2])
          try #require(read?.labels == values.map { Array($0.utf8) })
          try #require(read?.value == "3", "\(values)")
        }
      }
    }
  }

  @Test func `a line break or a quote with a combining mark does not end a label or a help text`() {
    let family = MetricFamily(
      "a", "1\r\n2", .gauge, [.init(labels: [Label("x", "1\r\n2\"\u{301}\\\u{301}")], value: 1)])
    #expect(
      MetricsFormat.text.render([family]).utf8.elementsEqual(
        "# HELP a 1\r\\n2\n# TYPE a gauge\na{x=\"1\r\\n2\\\"\u{301}\\\\\u{301}\"} 1\n".utf8))
  }

  @Test func `only OpenMetrics has escaped quotes in a help text`() {
    let family = MetricFamily("a", "The \"a\".", .gauge, value: 1)
    #expect(MetricsFormat.text.render([family]).hasPrefix(#"# HELP a The "a"."#))
    #expect(MetricsFormat.openMetrics.render([family]).hasPrefix(#"# HELP a The \"a\"."#))
  }
}

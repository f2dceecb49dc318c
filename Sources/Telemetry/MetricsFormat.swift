/// The text formats in which Prometheus reads metrics.
///
/// Sources: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
public enum MetricsFormat: Sendable {
  /// The classic format.
  case text
  /// OpenMetrics 1.0.
  case openMetrics

  /// Picks the format that the `Accept` header of a request names; the classic one if it names none.
  public init(accept: String?) {
    self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .text
  }

  /// The value of the `Content-Type` header.
  public var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// Writes metrics. A metric without samples is left out.
  public func render(_ families: [MetricFamily]) -> String {
    var text = ""
    for family in families where !family.samples.isEmpty {
      let name = familyName(of: family)
      text += "# HELP \(name) \(Self.escaped(family.help, quotes: self == .openMetrics))\n"
      text += "# TYPE \(name) \(family.kind.rawValue)\n"
      for sample in family.samples {
        text +=
          family.name + sample.suffix + Self.labels(sample.labels) + " " + Self.text(of: sample.value) + "\n"
      }
    }
    return self == .openMetrics ? text + "# EOF\n" : text
  }

  /// In OpenMetrics, the name of a counter does not have the ending of its samples.
  private func familyName(of family: MetricFamily) -> String {
    let ending = "_total"
    guard self == .openMetrics, family.kind == .counter, family.name.hasSuffix(ending) else {
      return family.name
    }
    return String(family.name.dropLast(ending.count))
  }

  private static func labels(_ labels: [Label]) -> String {
    guard !labels.isEmpty else { return "" }
    return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
      + "}"
  }

  /// Scalars are compared, not characters: a combining mark must not hide a quote, nor a return a line feed.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += #"\\"#.unicodeScalars
      case "\n": result += #"\n"#.unicodeScalars
      case "\"" where quotes: result += #"\""#.unicodeScalars
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// "0.25", "3", "1.5e-07", "+Inf".
  public static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}

/// A metric with all of its samples at one moment, in Prometheus' data model.
///
/// Source: <https://prometheus.io/docs/concepts/data_model/>.
public struct MetricFamily: Sendable, Equatable {
  /// The kind of a metric.
  public enum Kind: String, Sendable {
    /// A value that only grows; its samples' names end in `_total`.
    case counter
    /// A value that goes up and down.
    case gauge
    /// A distribution.
    case histogram
  }

  /// A value with its labels.
  public struct Sample: Sendable, Equatable {
    /// The part of the name after the family's: "", "_bucket", "_sum" or "_count".
    public var suffix: String
    /// The labels, in the order in which they are written.
    public var labels: [Label]
    /// The value.
    public var value: Double

    /// Creates a sample.
    public init(suffix: String = "", labels: [Label] = [], value: Double) {
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  /// The name: "lorikeet_utterances_total".
  public var name: String
  /// The meaning, in a sentence.
  public var help: String
  /// The kind.
  public var kind: Kind
  /// The values.
  public var samples: [Sample]

  /// Creates a metric.
  public init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  /// Creates a metric with one value and no labels.
  public init(_ name: String, _ help: String, _ kind: Kind, value: Double) {
    self.init(name, help, kind, [Sample(value: value)])
  }
}

/// A label of a sample.
public struct Label: Sendable, Hashable {
  /// The name: "device".
  public var name: String
  /// The value: "NPU".
  public var value: String

  /// Creates a label.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

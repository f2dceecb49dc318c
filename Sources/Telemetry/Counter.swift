internal import Synchronization

/// Counts, one for each combination of label values.
public final class Counter: Sendable {
  private let name: String
  private let help: String
  private let labels: [String]
  private let counts = Mutex<[[String]: Double]>([:])

  /// Creates a counter.
  ///
  /// - Parameters:
  ///   - name: The metric's name, which ends in `_total`.
  ///   - labels: The names of the labels.
  public init(_ name: String, _ help: String, labels: [String] = []) {
    self.name = name
    self.help = help
    self.labels = labels
    if labels.isEmpty { counts.withLock { $0[[]] = 0 } }
  }

  /// Adds to the count of these label values, which are in the order of the labels.
  public func add(_ amount: Double = 1, _ values: String...) {
    counts.withLock { $0[values, default: 0] += amount }
  }

  /// The counts at present.
  public var family: MetricFamily {
    let counts = counts.withLock { $0 }
    return MetricFamily(
      name, help, .counter,
      counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, count in
        MetricFamily.Sample(labels: zip(labels, values).map(Label.init), value: count)
      })
  }
}

internal import Synchronization

/// Distributions of durations, one for each combination of label values.
public final class Histogram: Sendable {
  private struct Distribution {
    /// The number of values in each bucket, not cumulated; the last one holds those beyond all bounds.
    var counts: [Int]
    var sum = 0.0
  }

  private let name: String
  private let help: String
  private let labels: [String]
  private let bounds: [Double]
  private let distributions = Mutex<[[String]: Distribution]>([:])

  /// Bounds from a millisecond to ten seconds.
  public static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  /// Creates a histogram.
  ///
  /// - Parameters:
  ///   - labels: The names of the labels.
  ///   - bounds: The upper bounds of the buckets, in ascending order.
  public init(_ name: String, _ help: String, labels: [String] = [], bounds: [Double] = Histogram.seconds) {
    self.name = name
    self.help = help
    self.labels = labels
    self.bounds = bounds
  }

  /// Adds a value to the distribution of these label values, which are in the order of the labels.
  public func observe(_ value: Double, _ values: String...) {
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    distributions.withLock { distributions in
      var distribution =
        distributions[values] ?? Distribution(counts: Array(repeating: 0, count: bounds.count + 1))
      distribution.counts[bucket] += 1
      distribution.sum += value
      distributions[values] = distribution
    }
  }

  /// The distributions at present.
  public var family: MetricFamily {
    let distributions = distributions.withLock { $0 }
    return MetricFamily(
      name, help, .histogram,
      distributions.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { values, distribution in
        samples(of: distribution, zip(labels, values).map(Label.init))
      })
  }

  private func samples(of distribution: Distribution, _ labels: [Label]) -> [MetricFamily.Sample] {
    var total = 0
    var samples: [MetricFamily.Sample] = []
    for (bound, count) in zip(bounds + [.infinity], distribution.counts) {
      total += count
      samples.append(
        MetricFamily.Sample(
          suffix: "_bucket", labels: labels + [Label("le", MetricsFormat.text(of: bound))],
          value: Double(total)))
    }
    return samples + [
      MetricFamily.Sample(suffix: "_sum", labels: labels, value: distribution.sum),
      MetricFamily.Sample(suffix: "_count", labels: labels, value: Double(total)),
    ]
  }
}

import Testing

@testable import Telemetry

@Suite struct `Metrics` {
  @Test func `a metric is written in Prometheus' text format`() {
    let family = MetricFamily(
      "a_total", "Back\\slash\nand line.", .counter,
      [.init(labels: [Label("name", "quote\" back\\slash\nline")], value: 3)])
    #expect(
      MetricsFormat.text.render([family]) == #"""
        # HELP a_total Back\\slash\nand line.
        # TYPE a_total counter
        a_total{name="quote\" back\\slash\nline"} 3

        """#)
  }

  @Test func `OpenMetrics names a counter without its ending, and ends with a mark`() {
    let family = MetricFamily("a_total", "A.", .counter, value: 1.5)
    #expect(
      MetricsFormat.openMetrics.render([family])
        == "# HELP a A.\n# TYPE a counter\na_total 1.5\n# EOF\n")
    #expect(MetricsFormat(accept: "application/openmetrics-text;version=1.0.0,*/*") == .openMetrics)
    #expect(MetricsFormat(accept: nil) == .text)
  }

  @Test func `a metric without samples is left out`() {
    #expect(MetricsFormat.text.render([MetricFamily("a", "A.", .gauge, [])]).isEmpty)
  }

  @Test(arguments: [
    (0.0, "0"), (3, "3"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
  ])
  func `numbers are written as Prometheus reads them`(number: Double, text: String) {
    #expect(MetricsFormat.text(of: number) == text)
  }

  @Test func `the buckets of a histogram hold all values up to their bound`() {
    let histogram = Histogram("h", "H.", labels: ["x"], bounds: [1, 2])
    for value in [0.5, 1, 1.5, 9] { histogram.observe(value, "a") }
    let samples = histogram.family.samples
    #expect(samples.map(\.value) == [2, 3, 4, 12, 4])
    #expect(samples.map(\.suffix) == ["_bucket", "_bucket", "_bucket", "_sum", "_count"])
    #expect(samples[2].labels == [Label("x", "a"), Label("le", "+Inf")])
  }

  @Test func `an answer is counted once in each metric`() {
    let metrics = SpeechMetrics()
    metrics.answered(
      SpeechMetrics.Answer(
        client: .http, hasText: true, audioSeconds: 2, latencySeconds: 0.02, stages: [("encoder", 0.01)],
        device: "NPU", bucket: 5, endpoint: "complete"))
    metrics.unanswered(.wyoming, .late)
    let text = MetricsFormat.text.render(metrics.families)
    for line in [
      #"lorikeet_utterances_total{protocol="http",outcome="text"} 1"#,
      #"lorikeet_utterances_total{protocol="wyoming",outcome="late"} 1"#,
      #"lorikeet_audio_seconds_total{protocol="http"} 2"#,
      #"lorikeet_transcript_latency_seconds_count{protocol="http"} 1"#,
      #"lorikeet_inference_seconds_bucket{stage="encoder",device="NPU",bucket="5",le="0.01"} 1"#,
      #"lorikeet_endpoints_total{reason="complete"} 1"#,
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
    #expect(metrics.recent.list().count == 1)
  }

  @Test func `answers older than a minute are forgotten`() {
    let recent = RecentAnswers()
    let now = ContinuousClock.now
    let answer = SpeechMetrics.Answer(client: .http, hasText: true, audioSeconds: 1, latencySeconds: 1)
    recent.add(answer, at: now - .seconds(61))
    recent.add(answer, at: now - .seconds(59))
    #expect(recent.list(at: now).map(\.age) == [.seconds(59)])
  }
}

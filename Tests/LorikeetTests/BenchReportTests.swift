import Devices
import Recognition
import Testing

@testable import lorikeet

@Suite struct `The benchmark's report` {
  private func spread(_ milliseconds: Double...) throws -> Spread {
    try #require(Spread(milliseconds.map { $0 / 1000 }))
  }

  private func row(_ device: String, fallbackReasons: [String] = []) throws -> BenchResult.StageRow {
    var work = DeviceWork()
    work.inferences = [device: 2]
    return BenchResult.StageRow(
      recording: "built-in", audioSeconds: 2, device: device, bucket: device == "NPU" ? 5 : nil,
      precision: device == "NPU" ? .f16 : .int8, isFromCache: device == "NPU",
      fallbackReasons: fallbackReasons, work: work,
      features: try spread(0.121, 0.127), encoder: try spread(40, 44), decoder: try spread(9.5, 10.5),
      total: try spread(150, 170))
  }

  private func backend(
    _ name: String, on device: String, fallbackReasons: [String] = []
  ) throws -> BenchResult.Backend {
    var row = try row(device, fallbackReasons: fallbackReasons)
    row.energy = BenchResult.Energy(joules: 10, seconds: 0.32, runs: 2, idleWatts: 5)
    var work = DeviceWork()
    (work.inferences, work.npuMicroseconds) = ([device: 1], device == "NPU" ? 45_000 : nil)
    var measurement = BenchResult.Measurement(
      proof: BenchResult.Proof(
        text: "Open the garden blinds.", executedOn: device, work: work, loadSeconds: 1.26, firstSeconds: 0.2)
    )
    measurement.stages = [row]
    measurement.afterIdle = BenchResult.AfterIdle(
      recording: "built-in", audioSeconds: 2, device: device, idleSeconds: 60,
      total: try spread(276, 280, 290), warm: 0.16)
    return BenchResult.Backend(name: name, outcome: .success(measurement))
  }

  private func result(_ backends: [BenchResult.Backend], power: IdlePower = .watts(5)) -> BenchResult {
    BenchResult(
      model: "tiny", processor: "A Processor", runs: 2, warmUp: 1, isSynthetic: true, idlePower: power,
      backends: backends)
  }

  @Test func `the benchmark's report compares devices in tables`() throws {
    let failure = CommandError.notMeasured("there is no GPU here, only CPU, NPU")
    let result = result([
      try backend("cpu", on: "CPU"), try backend("npu", on: "NPU"),
      BenchResult.Backend(name: "gpu", outcome: .failure(failure)),
    ])
    #expect(
      BenchReport(result).text == """
        lorikeet \(Lorikeet.version), model tiny, A Processor, 2 runs after 1 warm-up

        Executing device, by the self-test's recording
          requested   OpenVINO says   counted              NPU busy   loaded in   first transcript
          cpu         CPU             1 inference on CPU          –       1.3 s             200 ms
          npu         NPU             1 inference on NPU    45.0 ms       1.3 s             200 ms

        Milliseconds: median (fastest–slowest)
          recording   audio   backend    bucket   from cache           features            encoder           decoder           total   of real time
          built-in    2.0 s   CPU int8      any   no           0.12 (0.12–0.13)   42.0 (40.0–44.0)   10.0 (9.5–10.5)   160 (150–170)           0.08
          built-in    2.0 s   NPU f16     5.0 s   yes          0.12 (0.12–0.13)   42.0 (40.0–44.0)   10.0 (9.5–10.5)   160 (150–170)           0.08

        Latency and energy
          recording   audio   backend    average latency   energy per inference   power above idle
          built-in    2.0 s   CPU int8            160 ms                  4.2 J             26.3 W
          built-in    2.0 s   NPU f16             160 ms                  4.2 J             26.3 W

        Cold after 60.0 s idle, milliseconds: median (fastest–slowest)
          recording   audio   backend         latency   when warm
          built-in    2.0 s   CPU       280 (276–290)         160
          built-in    2.0 s   NPU       280 (276–290)         160

        Not measured: gpu: there is no GPU here, only CPU, NPU
        The recordings are synthetic: the built-in one, repeated with silence between. Only their lengths are meaningful; pass files to measure real ones.
        Energy is that of the processor's package above its idle power of 5.0 W.
        """)
  }

  @Test func `the benchmark's report marks results of a device other than the named one`() throws {
    let report = BenchReport(result([try backend("npu", on: "CPU", fallbackReasons: ["NPU is loading"])]))
      .text
    #expect(report.split(separator: "\n").count { $0.contains("(not NPU!)") } == 3)
    #expect(report.contains("npu, 2.0 s, did not run as requested: NPU is loading"))
  }

  @Test func `the benchmark's report shows the 95th percentile from twenty runs on`() throws {
    var backend = try backend("cpu", on: "CPU")
    var measurement = try backend.outcome.get()
    measurement.stages[0].total = try #require(Spread((1...100).map { Double($0) }))
    backend.outcome = .success(measurement)
    var result = result([backend])
    result.runs = 100
    let report = BenchReport(result).text
    #expect(report.contains("Milliseconds: median (95th percentile)"))
    #expect(report.contains("50500 (95050)"))
  }

  @Test func `the benchmark's report says why energy is unavailable`() throws {
    var backend = try backend("cpu", on: "CPU")
    var measurement = try backend.outcome.get()
    measurement.stages[0].energy = nil
    backend.outcome = .success(measurement)
    let report = BenchReport(result([backend], power: .unavailable(why: "only root may read it"))).text
    #expect(report.contains("Energy is unavailable: only root may read it"))
    #expect(report.contains("160 ms                      –                  –"))
  }

  @Test func `the benchmark's report has a table of runs in real time`() throws {
    var work = DeviceWork()
    work.inferences = ["CPU": 2]
    var measurement = BenchResult.Measurement(proof: BenchResult.Proof(text: "", work: work))
    measurement.realTime = [
      BenchResult.RealTimeRow(
        recording: "a.wav", audioSeconds: 2.109, text: "Open the garden blinds.", latency: try spread(3, 4),
        work: work)
    ]
    var result = result([BenchResult.Backend(name: "cpu", outcome: .success(measurement))])
    (result.isSynthetic, result.trailingSilence, result.runs) = (false, 1, 2)
    #expect(
      BenchReport(result).text.hasSuffix(
        """
        Streamed in real time with 1.0 s of silence after each, milliseconds: median (fastest–slowest)
          recording   audio   backend   counted               audio-stop → transcript   text
          a.wav       2.1 s   cpu       2 inferences on CPU             3.5 (3.0–4.0)   Open the garden blinds.
        """))
  }

  @Test func `a file name with a line break stays in its line of the benchmark's report`() throws {
    var row = try row("CPU")
    row.recording = "a\nb.wav"
    var measurement = BenchResult.Measurement(proof: BenchResult.Proof(text: ""))
    measurement.stages = [row]
    let report = BenchReport(
      result([BenchResult.Backend(name: "cpu", outcome: .success(measurement))])
    ).text
    #expect(report.contains("a b.wav"))
  }

  @Test func `the benchmark's JSON has every key`() throws {
    let result = result([
      try backend("npu", on: "NPU"),
      BenchResult.Backend(name: "gpu", outcome: .failure(CommandError.notMeasured("none"))),
    ])
    let line = BenchJSON(result).line
    #expect(!line.contains("\n"))
    #expect(line.contains(#""inferences":{"NPU":2}"#))
    #expect(line.contains(#""model":"tiny","processor":"A Processor","runs":2,"synthetic":true"#))
    #expect(line.contains(#""trailing_silence":null"#))
    #expect(
      line.contains(
        #"{"after_idle":null,"error":"none","name":"gpu","proof":null,"realtime":[],"recordings":[]}"#))
    #expect(line.contains(#""joules":5,"joules_above_idle":4.2"#))
    #expect(
      line.contains(
        #""total":{"count":2,"max":0.17,"mean":0.16,"median":0.16,"min":0.15,"p95":0.169}"#))
  }
}

import Devices
import StatusReport
import Testing
import WyomingClient

@testable import lorikeet

@Suite struct `The health of a server` {
  private func report(
    _ progress: ServerStatus.Progress, _ devices: [DeviceReport]
  ) -> HealthReport {
    let status = ServerStatus(model: "tiny", progress: progress, devices: devices)
    return HealthReport(uri: "tcp://here:1", outcome: HealthCheck.Outcome(models: ["tiny"], status: status))
  }

  private func device(
    _ name: String, _ state: DeviceReport.State, _ encoders: [DeviceReport.Encoder] = [],
    inferences: Int = 0, seconds: Double = 0
  ) -> DeviceReport {
    var device = DeviceReport(name: name)
    (device.state, device.encoders) = (state, encoders)
    (device.inferences, device.busySeconds) = (inferences, seconds)
    return device
  }

  @Test func `the health report has a line for each device, in columns`() throws {
    let encoders = [
      DeviceReport.Encoder(
        shape: .bucket(try Bucket(seconds: 5)), state: .ready, bytes: 1_200_000_000, isFromCache: true),
      DeviceReport.Encoder(shape: .bucket(try Bucket(seconds: 20)), state: .loading),
    ]
    let devices = [
      device("NPU", .working, encoders, inferences: 12, seconds: 8.04),
      device("GPU.0", .starting, [DeviceReport.Encoder(shape: .dynamic, state: .ready, bytes: 8_000_000)]),
      device("CPU", .idle, inferences: 1, seconds: 0.0204),
    ]
    #expect(
      report(.ready, devices).text == """
        tcp://here:1 is well and serves tiny
          NPU     working    5 s ready (1.2 GB, from the cache), 20 s loading   12 inferences, 8.0 s busy
          GPU.0   starting   dynamic shape ready (8.0 MB)
          CPU     idle       1 inference, 20 ms busy
        """)
  }

  @Test func `the health report names a lost device, the reason, and the device that answers instead`() throws
  {
    var npu = device(
      "NPU", .lost(why: "NPU did not answer\nwithin 10 s"),
      [DeviceReport.Encoder(shape: .bucket(try Bucket(seconds: 5)), state: .unloaded)], inferences: 3,
      seconds: 1)
    (npu.failures, npu.fallbacks, npu.evictions) = (1, 2, 1)
    #expect(
      report(.ready, [npu, device("CPU", .working)]).text == """
        tcp://here:1 is well and serves tiny, but NPU is lost: CPU answers
          NPU   lost      NPU did not answer within 10 s   3 inferences, 1.0 s busy, 1 failure, 2 fallbacks, 1 eviction
          CPU   working
        """)
  }

  @Test func `a server on which every device is lost is not reported as well`() {
    #expect(
      report(.ready, [device("NPU", .lost(why: "gone"))]).text == """
        tcp://here:1 answers and serves tiny, but NPU is lost: utterances fail until it is back
          NPU   lost   gone
        """)
  }

  @Test(arguments: [
    (ServerStatus.Progress.fetching, "which is still being fetched"), (.loading, "which is still loading"),
  ])
  func `the health report says what the model is waiting for`(progress: ServerStatus.Progress, words: String)
  {
    #expect(report(progress, []).text == "tcp://here:1 is well and serves tiny, \(words)")
  }

  @Test func `the health report is one line for a server without a device report`() {
    let report = HealthReport(uri: "unix:///a", outcome: HealthCheck.Outcome(models: []))
    #expect(report.text == "unix:///a is well and serves no speech-to-text model")
    #expect(report.line == #"{"models":[],"status":null,"uri":"unix:///a"}"#)
  }
}

@Suite struct `A value in the log` {
  @Test(arguments: [
    ("CPU", "CPU"), ("", "\"\""), ("the bucket of 5 s is not loaded", "\"the bucket of 5 s is not loaded\""),
    ("say \"no\"", #""say \"no\"""#), (#"C:\a"#, #"C:\a"#),
  ])
  func `a value in the log is quoted if it has blanks`(value: String, written: String) {
    #expect(LogOutput.quoted(value) == written)
  }
}

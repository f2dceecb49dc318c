import Devices
import JSON
import Testing

@testable import StatusReport

@Suite struct `The status of a server` {
  private static let fresh = DeviceReport(name: "CPU")

  private static func npu() throws -> DeviceReport {
    var npu = DeviceReport(name: "NPU")
    npu.state = .lost(why: "NPU: DEVICE_LOST")
    npu.encoders = [
      DeviceReport.Encoder(
        shape: .bucket(try Bucket(seconds: 5)), state: .ready, bytes: 1_200_000_000, isFromCache: true),
      DeviceReport.Encoder(shape: .dynamic, state: .loading),
    ]
    npu.busySeconds = 0.8
    (npu.inferences, npu.hits, npu.loads, npu.evictions, npu.failures, npu.fallbacks) = (1, 2, 3, 4, 5, 6)
    return npu
  }

  @Test func `a status as JSON has all keys of all devices, null where a value is missing`() throws {
    let status = ServerStatus(
      model: "tiny", progress: .ready, devices: [try Self.npu(), Self.fresh],
      speculation: ServerStatus.Speculation(started: 3, used: 2, savedSeconds: 1.5))
    #expect(
      JSONValue.object(status.json).line == """
        {"devices":[{"busy_seconds":0.8,"encoders":[\
        {"bucket":5.0,"bytes":1200000000,"from_cache":true,"state":"ready"},\
        {"bucket":null,"bytes":null,"from_cache":false,"state":"loading"}],\
        "evictions":4,"failures":5,"fallbacks":6,"hits":2,"inferences":1,"loads":3,"name":"NPU",\
        "state":"lost","why":"NPU: DEVICE_LOST"},\
        {"busy_seconds":0.0,"encoders":[],"evictions":0,"failures":0,"fallbacks":0,"hits":0,"inferences":0,\
        "loads":0,"name":"CPU","state":"idle","why":null}],"model":"tiny",\
        "names":{"boosted_tokens":0,"boosted_utterances":0,"count":0,"sources":[]},\
        "speculation":{"saved_seconds":1.5,"started":3,"used":2,"wasted":1},"state":"ready"}
        """)
  }

  @Test(arguments: [DeviceReport.State.idle, .starting, .working, .lost(why: "")])
  func `a status that is written as JSON is read back equal`(state: DeviceReport.State) throws {
    var npu = try Self.npu()
    npu.state = state
    for progress in [ServerStatus.Progress.fetching, .loading, .ready] {
      let status = ServerStatus(model: "tiny", progress: progress, devices: [npu, Self.fresh])
      #expect(ServerStatus(status.json) == status)
    }
  }

  @Test(arguments: ["model", "state", "devices"])
  func `a status with a missing or wrong key is not read`(key: String) {
    var json = ServerStatus(model: "tiny", progress: .ready, devices: [Self.fresh]).json
    json[key] = .integer(1)
    #expect(ServerStatus(json) == nil)
    json[key] = nil
    #expect(ServerStatus(json) == nil)
  }

  @Test(arguments: ["name", "state", "busy_seconds", "inferences", "fallbacks", "encoders"])
  func `a status with a missing key of a device is not read`(key: String) throws {
    var device = try Self.npu().json
    device[key] = nil
    let json: [String: JSONValue] = [
      "model": .string("tiny"), "state": .string("ready"), "devices": .array([.object(device)]),
    ]
    #expect(ServerStatus(json) == nil)
  }
}

import Devices
import Testing

@testable import Parakeet

@Suite struct `What OpenVINO is told` {
  @Test func `the NPU computes in its own format, at full speed where it can`() {
    #expect(
      DeviceProperties.make(for: "NPU", arithmetic: .f16, supported: ["NPU_TURBO"])
        == ["PERFORMANCE_HINT": "LATENCY", "NPU_TURBO": "YES"])
    #expect(
      DeviceProperties.make(for: "NPU", arithmetic: .f16, supported: []) == ["PERFORMANCE_HINT": "LATENCY"])
  }

  @Test func `the processor computes in what was resolved, and not in its default`() {
    #expect(
      DeviceProperties.make(for: "CPU", arithmetic: .f32, supported: ["NPU_TURBO"])
        == [
          "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
          "CPU_RUNTIME_CACHE_CAPACITY": "60",
        ])
  }

  @Test func `what a person says goes before`() {
    let properties = DeviceProperties.make(
      for: "NPU", arithmetic: .f16, supported: ["NPU_TURBO"],
      overrides: ["NPU_TURBO": "NO", "NPU_TILES": "2"])
    #expect(properties == ["PERFORMANCE_HINT": "LATENCY", "NPU_TURBO": "NO", "NPU_TILES": "2"])
  }
}

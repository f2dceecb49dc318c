import Devices
import Testing

@testable import Parakeet

@Suite struct `The properties of a network on a device` {
  @Test func `an NPU gets no precision hint, and turbo mode if it supports it`() {
    #expect(
      DeviceProperties.make(for: .npu, arithmetic: .f16, supported: ["NPU_TURBO"])
        == ["PERFORMANCE_HINT": "LATENCY", "NPU_TURBO": "YES"])
    #expect(
      DeviceProperties.make(for: .npu, arithmetic: .f16, supported: []) == ["PERFORMANCE_HINT": "LATENCY"])
  }

  @Test func `a processor gets the resolved precision and a small kernel cache`() {
    #expect(
      DeviceProperties.make(for: .cpu, arithmetic: .f32, supported: ["NPU_TURBO"])
        == [
          "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
          "CPU_RUNTIME_CACHE_CAPACITY": "60",
        ])
  }

  @Test func `an encoder that multiplies integers fuses no elementwise operations on a processor`() {
    for (device, expected) in [(DeviceID.cpu, "DISABLE"), (.npu, nil), (.gpu, nil)] as [(DeviceID, String?)] {
      let properties = DeviceProperties.make(
        for: device, arithmetic: .f32, supported: [], roundsActivations: true)
      #expect(properties["SNIPPETS_MODE"] == expected)
    }
  }

  @Test func `a user's property takes precedence over the default`() {
    let properties = DeviceProperties.make(
      for: .npu, arithmetic: .f16, supported: ["NPU_TURBO"],
      overrides: ["NPU_TURBO": "NO", "NPU_TILES": "2"])
    #expect(properties == ["PERFORMANCE_HINT": "LATENCY", "NPU_TURBO": "NO", "NPU_TILES": "2"])
  }
}

import Testing

@testable import Diagnosis

@Suite struct `Failures of the NPU that are known` {
  private func explanation(_ message: String) async throws -> (cause: String, remedy: String)? {
    let facts = try await Root.lunarLake.facts()
    return Diagnosis.explanation(ofNPUFailure: message, facts, openVINOVersion: "2026.4.1-1")
  }

  @Test(arguments: [
    (
      "Driver Graph extension function pfnCreate2 is only available with version 1.5 or later",
      "too old for this OpenVINO", "update the NPU driver"
    ),
    (
      "L0 zeFenceHostSynchronize result: ZE_RESULT_ERROR_DEVICE_LOST, code 0x70000001", "lost the NPU",
      "modprobe intel_vpu"
    ),
    ("No available backend", "do not fit together", "libze1"),
    ("No available devices", "finds no device", "linux-npu-driver"),
    ("Level0 pfnCreate2 result: ZE_RESULT_ERROR_OUT_OF_DEVICE_MEMORY", "too little memory", "stop other"),
    ("[ERROR] Upper bounds are not specified for node 'x'", "fixed length", "buckets"),
    ("to_shape was called on a dynamic shape", "fixed length", "buckets"),
    (
      "Reshape node '/pre_encode/Reshape': expected exactly 1 dynamic output bound dimension, got 2",
      "fixed length", "buckets"
    ),
    (
      "[ NOT_FOUND ] Option 'CACHE_MODE' is not supported for current configuration", "without weights",
      "CACHE_MODE"
    ),
    ("[vpux-compiler] Failed Pass StopLocationVerifierPass", "fault", "linux-npu-driver"),
  ])
  func `a known failure has its cause and its cure`(message: String, cause: String, cure: String) async throws
  {
    let found = try #require(await explanation(message))
    #expect(found.cause.contains(cause))
    #expect(found.remedy.contains(cure))
  }

  @Test func `an unknown failure has no explanation`() async throws {
    #expect(try await explanation("something else") == nil)
  }
}

internal import Devices

/// OpenVINO's properties for a network on a device.
enum DeviceProperties {
  /// Kernels that a network keeps on a processor. It makes some for each length of audio, and by default keeps 5,000,
  /// which is 0.4 GB and more of a model of full size. Few lengths are in use at a time (``WindowPlan/lengthStep``).
  private static let keptKernels = 60

  /// - Parameters:
  ///   - supported: The device's `SUPPORTED_PROPERTIES`.
  ///   - overrides: What a person asked for; it goes before what we would set.
  static func make(
    for device: String, arithmetic: Precision, supported: [String], overrides: [String: String] = [:]
  ) -> [String: String] {
    var properties = ["PERFORMANCE_HINT": "LATENCY"]
    switch device {
    case "CPU":
      // Its default would be bf16 wherever the processor computes it.
      properties["INFERENCE_PRECISION_HINT"] = arithmetic.rawValue
      // Not among those that the plugin lists, but it takes it.
      properties["CPU_RUNTIME_CACHE_CAPACITY"] = "\(keptKernels)"
    case "NPU":
      // Its native format is float16; a hint for it only takes time (measured by the reference's author).
      if supported.contains("NPU_TURBO") { properties["NPU_TURBO"] = "YES" }
    default:
      if arithmetic == .f32 { properties["INFERENCE_PRECISION_HINT"] = arithmetic.rawValue }
    }
    return properties.merging(overrides) { _, asked in asked }
  }
}

internal import Devices

/// OpenVINO's properties for a network on a device.
enum DeviceProperties {
  /// The number of kernels that a network keeps on a processor. It makes some for each length of audio, and by default
  /// keeps 5,000, which takes 0.4 GB and more in a model of full size. Few lengths are in use at a time
  /// (``WindowPlan/lengthStep``).
  private static let keptKernels = 60

  /// Returns the properties for a device.
  ///
  /// - Parameters:
  ///   - supported: The device's `SUPPORTED_PROPERTIES`.
  ///   - roundsActivations: True for an encoder that multiplies integers.
  ///   - overrides: The user's properties; they take precedence.
  static func make(
    for device: DeviceID, arithmetic: Precision, supported: [String], roundsActivations: Bool = false,
    overrides: [String: String] = [:]
  ) -> [String: String] {
    var properties = ["PERFORMANCE_HINT": "LATENCY"]
    switch device.kind {
    case .cpu:
      // The default would be bf16 on every processor that supports it.
      properties["INFERENCE_PRECISION_HINT"] = arithmetic.rawValue
      // The plugin does not list this property, but accepts it.
      properties["CPU_RUNTIME_CACHE_CAPACITY"] = "\(keptKernels)"
      // Likewise. Without fused elementwise operations, the network takes 24 to 30 MB less and the same time.
      if roundsActivations { properties["SNIPPETS_MODE"] = "DISABLE" }
    case .npu:
      // Its native format is float16; a hint for it only costs time (measured by the reference's author).
      if supported.contains("NPU_TURBO") { properties["NPU_TURBO"] = "YES" }
    case .gpu:
      if arithmetic == .f32 { properties["INFERENCE_PRECISION_HINT"] = arithmetic.rawValue }
    }
    return properties.merging(overrides) { _, new in new }
  }
}

/// A failure of Intel's NPU that others have met before: how OpenVINO reports it, why it happens, and what helps.
struct NPUFailure: Sendable {
  /// The parts of OpenVINO's message, all of which it has.
  let signs: [String]
  /// The cause in plain words.
  let cause: String
  /// The remedy.
  let remedy: @Sendable (NPURemedies) -> String

  /// Returns the known failure with this message.
  static func known(_ message: String) -> NPUFailure? {
    known.first { failure in failure.signs.allSatisfy(message.contains) }
  }

  /// The failures that owners of Core Ultra processors reported (intel/linux-npu-driver, openvinotoolkit/openvino), and
  /// those that the plugin showed on a simulated driver. The more specific ones come first.
  private static let known = [
    NPUFailure(
      signs: ["Driver Graph extension function", "only available with version"],
      cause: "the NPU's driver is too old for this OpenVINO",
      remedy: { "update the NPU driver: \($0.driver)" }),
    NPUFailure(
      signs: ["ZE_RESULT_ERROR_UNSUPPORTED_VERSION"],
      cause: "the NPU's driver and OpenVINO do not fit together",
      remedy: { "update the NPU driver: \($0.driver)" }),
    NPUFailure(
      signs: ["ZE_RESULT_ERROR_DEVICE_LOST"],
      cause: "the driver has lost the NPU, and can lose it until its kernel module is loaded again",
      remedy: { "\($0.reload); if it happens again, install a newer kernel, or: \($0.driver)" }),
    NPUFailure(
      signs: ["ZE_RESULT_ERROR_UNINITIALIZED"],
      cause: "Level Zero's loader does not start the NPU's driver",
      remedy: { "\($0.loader) && \($0.driver)" }),
    NPUFailure(
      signs: ["No available backend"],
      cause: "Level Zero's loader and the NPU's driver do not fit together",
      remedy: { "\($0.loader) && \($0.driver)" }),
    NPUFailure(
      signs: ["No available devices"], cause: "the NPU's driver finds no device that it can open",
      remedy: \.driver),
    NPUFailure(
      signs: ["ZE_RESULT_ERROR_OUT_OF_"], cause: "there is too little memory for the NPU",
      remedy: { _ in "stop other programs, or keep fewer encoders loaded" }),
    lengthNotFixed(signs: ["Upper bounds are not specified"]),
    lengthNotFixed(signs: ["dynamic output bound dimension"]),
    lengthNotFixed(signs: ["to_shape was called on a dynamic shape"]),
    NPUFailure(
      signs: ["WeightlessCacheAttribute"],
      cause: "the separation of weights needs them read from a file",
      remedy: { _ in "use no property that separates weights, such as NPUW or ENABLE_WEIGHTLESS" }),
    NPUFailure(
      signs: ["Option 'CACHE_MODE' is not supported"],
      cause: "this driver's compiler does not make networks without weights",
      remedy: { _ in "do not set CACHE_MODE" }),
    NPUFailure(
      signs: ["[vpux-compiler]"], cause: "the NPU's compiler has a fault that this graph meets",
      remedy: { "\($0.driver)" }),
  ]

  /// Returns the failure of a network that takes any length, of which the compiler has several messages.
  private static func lengthNotFixed(signs: [String]) -> NPUFailure {
    NPUFailure(
      signs: signs, cause: "the NPU's compiler takes only encoders of a fixed length",
      remedy: { _ in "use buckets" })
  }
}

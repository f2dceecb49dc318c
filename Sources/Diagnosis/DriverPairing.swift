/// An NPU driver with the OpenVINO and loader it was released for, from the table of verified components of each
/// release of intel/linux-npu-driver.
struct DriverPairing: Sendable {
  let driver: Version
  let openVINO: Version
  /// The version of Level Zero's loader; `nil` if unknown.
  let levelZero: Version?
  /// The last regular release before it, if the driver is a pre-release.
  var lastRelease: Version?

  /// The driver to install.
  var recommended: Version { lastRelease ?? driver }

  /// The known pairs, from old to new.
  static let known = [
    DriverPairing(driver: Version(1, 24, 0), openVINO: Version(2025, 3, 0), levelZero: nil),
    DriverPairing(driver: Version(1, 33, 0), openVINO: Version(2026, 2, 0), levelZero: Version(1, 27, 0)),
    DriverPairing(
      driver: Version(1, 39, 1), openVINO: Version(2026, 4, 1), levelZero: Version(1, 34, 0),
      lastRelease: Version(1, 38, 0)),
  ]

  /// Returns the pair of the newest known OpenVINO up to this version; `nil` if this one is older than all known.
  static func of(openVINO: Version) -> DriverPairing? {
    known.last { $0.openVINO <= openVINO }
  }

  /// The first loader that looks for `libze_intel_npu.so.1` (changelog of oneapi-src/level-zero, v1.17.17: "Add NPU
  /// Driver to list of known names"); earlier ones only know `libze_intel_vpu.so.1`, which drivers before 1.17.0
  /// install.
  static let firstLoader = Version(1, 17, 17)
}

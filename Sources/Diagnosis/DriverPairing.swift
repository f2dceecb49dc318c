/// An NPU driver with what it was released for, from the table of verified components of each release of
/// intel/linux-npu-driver.
struct DriverPairing: Sendable {
  let driver: Version
  let openVINO: Version
  /// Level Zero's loader; `nil` where it is not known.
  let levelZero: Version?

  /// From old to new.
  static let known = [
    DriverPairing(driver: Version(1, 24, 0), openVINO: Version(2025, 3, 0), levelZero: nil),
    DriverPairing(driver: Version(1, 33, 0), openVINO: Version(2026, 2, 0), levelZero: Version(1, 27, 0)),
    DriverPairing(driver: Version(1, 39, 1), openVINO: Version(2026, 4, 1), levelZero: Version(1, 34, 0)),
  ]

  /// The pair of the newest OpenVINO that is not newer than this one; `nil` for one older than all known.
  static func of(openVINO: Version) -> DriverPairing? {
    known.last { $0.openVINO <= openVINO }
  }

  /// The first loader that looks for `libze_intel_npu.so.1` (changelog of oneapi-src/level-zero, v1.17.17: "Add NPU
  /// Driver to list of known names"); those before know `libze_intel_vpu.so.1` only, which drivers before 1.17.0
  /// install.
  static let firstLoader = Version(1, 17, 17)
}

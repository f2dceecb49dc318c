// swift-tools-version: 6.2
import PackageDescription

let plain: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// The settings that let libFuzzer see the branches that an input reaches. Only what is tested is instrumented.
let fuzzed = plain + [.unsafeFlags(["-sanitize=fuzzer"])]

// A package of its own: libFuzzer brings the main function, and `swift build` of the server must not need it.
// The sources are links to the server's.
let package = Package(
  name: "fuzzing",
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.2")],
  targets: [
    .target(name: "JSON", swiftSettings: fuzzed),
    .target(
      name: "WyomingProtocol",
      dependencies: ["JSON", .product(name: "NIOCore", package: "swift-nio")], swiftSettings: fuzzed),
    .executableTarget(
      name: "EventFuzzer",
      dependencies: ["JSON", "WyomingProtocol", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: fuzzed + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
  ]
)

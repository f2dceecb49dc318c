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

/// A program that fuzzes; its invariants are links to those of the tests.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["LibFuzzer"] + dependencies,
    swiftSettings: plain + [.unsafeFlags(["-parse-as-library"])],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
}

// A package of its own: libFuzzer brings the main function, and `swift build` of the server must not need it.
// The sources are links to the server's.
let package = Package(
  name: "fuzzing",
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.2")],
  targets: [
    .target(name: "LibFuzzer", swiftSettings: plain),

    .target(name: "JSON", swiftSettings: fuzzed),
    .target(
      name: "WyomingProtocol",
      dependencies: ["JSON", .product(name: "NIOCore", package: "swift-nio")], swiftSettings: fuzzed),
    fuzzer("EventFuzzer", ["JSON", "WyomingProtocol", .product(name: "NIOCore", package: "swift-nio")]),

    .target(name: "Multipart", swiftSettings: fuzzed),
    fuzzer("MultipartFuzzer", ["Multipart"]),

    .target(name: "CLanguageGrams", exclude: ["LICENSE", "cyrillic.txt", "latin.txt"]),
    .target(name: "Languages", dependencies: ["CLanguageGrams"], swiftSettings: plain),
    .target(name: "Transducer", dependencies: ["Languages"], swiftSettings: plain),
    .target(name: "Subtitling", dependencies: ["Transducer"], swiftSettings: plain),
    .target(
      name: "OpenAIProtocol", dependencies: ["JSON", "Subtitling", "Transducer"], swiftSettings: fuzzed),
    fuzzer("RealtimeFuzzer", ["JSON", "OpenAIProtocol", "Transducer"]),
  ],
  cLanguageStandard: .c2x
)

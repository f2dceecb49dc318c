// swift-tools-version: 6.2
import PackageDescription

/// Where `Scripts/setup` puts OpenVINO's headers and libraries.
let openVINO = Context.packageDirectory + "/.openvino"

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// For what computes on samples: hours of audio go through the tests, which would take minutes without.
let optimized = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
  name: "lorikeet",
  products: [.executable(name: "lorikeet", targets: ["lorikeet"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Pure: no Foundation, no NIO, no OpenVINO.
    .target(name: "SpeechFeatures", swiftSettings: optimized),
    .target(name: "VoiceActivity", dependencies: ["SpeechFeatures"], swiftSettings: optimized),
    .target(name: "Languages", exclude: ["LICENSE"], swiftSettings: strict),
    .target(name: "Transducer", dependencies: ["Languages"], swiftSettings: strict),
    .target(name: "Wording", dependencies: ["Transducer"], swiftSettings: strict),
    .target(name: "Devices", dependencies: ["SpeechFeatures"], swiftSettings: strict),

    .target(name: "MulticastDNS", swiftSettings: strict),

    // The only one that gives the system a path.
    .target(name: "SystemPaths", swiftSettings: strict),

    // Files of the system, and nothing of ours.
    .target(name: "Diagnosis", dependencies: ["SystemPaths"], swiftSettings: strict),

    // The only C++, and the only Swift that sees it.
    .target(
      name: "COpenVINO",
      cxxSettings: [.unsafeFlags(["-isystem", openVINO + "/include"])],
      linkerSettings: [
        .linkedLibrary("openvino"),
        .unsafeFlags([
          "-L" + openVINO + "/lib",
          "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib/lorikeet",
          "-Xlinker", "-rpath", "-Xlinker", openVINO + "/lib",
        ]),
      ]),
    .target(name: "Inference", dependencies: ["COpenVINO", "SystemPaths"], swiftSettings: strict),

    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(
      name: "CMPG123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
    .target(
      name: "Audio", dependencies: ["CMPG123", "CSndFile", "CSoxr", "SystemPaths"], swiftSettings: strict),

    .target(
      name: "ModelStore",
      dependencies: ["SystemPaths", "Transducer", .product(name: "Crypto", package: "swift-crypto")],
      resources: [.copy("Resources/builtin")], swiftSettings: strict),
    .target(
      name: "ModelDownload",
      dependencies: [
        "ModelStore", "SystemPaths",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "Recognition",
      dependencies: [
        "Devices", "Inference", "Languages", "ModelStore", "SpeechFeatures", "SystemPaths",
        "Transducer", "VoiceActivity", "Wording",
      ],
      swiftSettings: strict),

    .target(
      name: "WyomingProtocol",
      dependencies: [.product(name: "NIOCore", package: "swift-nio")], swiftSettings: strict),
    // The networking library's errors in plain words.
    .target(name: "SocketFaults", dependencies: nio, swiftSettings: strict),

    .target(
      name: "WyomingServer",
      dependencies: nio + [
        "Devices", "Audio", "Languages", "ModelStore", "Recognition", "SocketFaults", "SystemPaths",
        "Transducer", "Wording", "WyomingProtocol",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    .target(
      name: "ServiceDiscovery",
      dependencies: nio + [
        "MulticastDNS", "SocketFaults", "SystemPaths",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    .target(
      name: "Settings",
      dependencies: [
        "Devices", "Recognition", "SystemPaths", "VoiceActivity", "Wording", "WyomingServer",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "lorikeet",
      dependencies: [
        "Devices", "Audio", "Diagnosis", "Inference", "ModelDownload", "ModelStore", "MulticastDNS",
        "Recognition", "ServiceDiscovery", "Settings", "SystemPaths", "Transducer",
        "WyomingProtocol", "WyomingServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    // `make bench`
    .executableTarget(
      name: "stages",
      dependencies: ["Devices", "Audio", "ModelStore", "Recognition", "SpeechFeatures", "Transducer"],
      path: "Benchmarks/Stages", swiftSettings: strict),

    .target(
      name: "Support", dependencies: ["Devices", "SpeechFeatures"], path: "Tests/Support",
      swiftSettings: strict),
    .testTarget(
      name: "SpeechFeaturesTests", dependencies: ["SpeechFeatures", "Support"], swiftSettings: strict),
    .testTarget(
      name: "DevicesTests", dependencies: ["Devices", "SpeechFeatures", "Support"],
      swiftSettings: strict),
    .testTarget(
      name: "VoiceActivityTests", dependencies: ["Audio", "SpeechFeatures", "Support", "VoiceActivity"],
      swiftSettings: optimized),
    .testTarget(name: "LanguagesTests", dependencies: ["Languages", "Support"], swiftSettings: strict),
    .testTarget(
      name: "TransducerTests", dependencies: ["Languages", "Transducer", "Support"], swiftSettings: strict),
    .testTarget(
      name: "WordingTests", dependencies: ["Support", "Transducer", "Wording"], swiftSettings: strict),
    .testTarget(
      name: "MulticastDNSTests", dependencies: ["MulticastDNS", "Support"], swiftSettings: strict),
    .testTarget(name: "SystemPathsTests", dependencies: ["Support", "SystemPaths"], swiftSettings: strict),
    .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Support"], swiftSettings: strict),
    .testTarget(
      name: "ModelDownloadTests",
      dependencies: [
        "ModelDownload", "ModelStore",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Support"], swiftSettings: strict),
    .testTarget(name: "AudioTests", dependencies: ["Audio", "CSndFile", "Support"], swiftSettings: strict),
    .testTarget(
      name: "ModelStoreTests", dependencies: ["ModelStore", "Support", "Transducer"], swiftSettings: strict),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Devices", "Recognition", "Settings", "Support", "SystemPaths", "VoiceActivity", "WyomingProtocol",
        "WyomingServer", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WyomingProtocolTests",
      dependencies: ["Support", "WyomingProtocol", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
    .testTarget(
      name: "WyomingServerTests",
      dependencies: [
        "Devices", "Audio", "ModelStore", "Recognition", "SpeechFeatures", "SocketFaults", "Support",
        "SystemPaths", "WyomingProtocol", "WyomingServer",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "LorikeetTests",
      dependencies: [
        "Devices", "Diagnosis", "ModelDownload", "MulticastDNS", "Recognition", "Settings", "Support",
        "SystemPaths", "Transducer", "WyomingServer",
        "lorikeet",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RecognitionTests",
      dependencies: [
        "Devices", "Audio", "Inference", "Languages", "ModelStore", "Recognition", "SpeechFeatures",
        "Support", "SystemPaths", "Transducer",
      ],
      swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)

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

/// For targets that compute on samples: the tests process hours of audio, which would take minutes unoptimized.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

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
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Pure: no Foundation, no NIO, no OpenVINO.
    .target(name: "SpeechFeatures", swiftSettings: optimized),
    .target(name: "VoiceActivity", dependencies: ["SpeechFeatures"], swiftSettings: optimized),
    .target(name: "CLanguageGrams", exclude: ["LICENSE", "cyrillic.txt", "latin.txt"]),
    .target(name: "Languages", dependencies: ["CLanguageGrams"]),
    .target(name: "Transducer", dependencies: ["Languages"]),
    .target(name: "Wording", dependencies: ["Transducer"]),
    .target(name: "Endpointing", dependencies: ["Transducer"]),
    .target(name: "Names", dependencies: ["SystemPaths", "Transducer"]),
    .target(name: "Concurrency"),
    .target(name: "Devices", dependencies: ["Concurrency", "SpeechFeatures", "Transducer"]),

    .target(name: "MulticastDNS"),

    // The only one that passes the system a path.
    .target(name: "SystemPaths"),

    // Files that are kept: no models, no network.
    .target(
      name: "Storage", dependencies: ["SystemPaths", .product(name: "Crypto", package: "swift-crypto")]),

    // Files of the system, and nothing of ours.
    .target(name: "Diagnosis", dependencies: ["SystemPaths"]),

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
    .target(name: "Inference", dependencies: ["COpenVINO", "SystemPaths"]),

    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(
      name: "CMPG123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
    .target(
      name: "Audio", dependencies: ["CMPG123", "CSndFile", "CSoxr", "SystemPaths"]),

    .target(
      name: "ModelStore",
      dependencies: ["Storage", "SystemPaths", "Transducer"],
      resources: [.copy("Resources/builtin")]),
    .target(
      name: "ModelDownload",
      dependencies: [
        "ModelStore", "Storage", "SystemPaths",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .target(
      name: "Parakeet",
      dependencies: [
        "Concurrency", "Devices", "Inference", "ModelStore", "SpeechFeatures", "Storage", "SystemPaths",
        "Transducer",
      ]),
    .target(
      name: "Recognition",
      dependencies: [
        "Concurrency", "Devices", "Endpointing", "Languages", "SpeechFeatures", "Transducer", "VoiceActivity",
        "Wording",
      ]),
    // Joins Recognition, Devices and Parakeet.
    .target(
      name: "SpeechEngine",
      dependencies: ["Devices", "ModelStore", "Parakeet", "Recognition", "SystemPaths"]),

    .target(
      name: "WyomingProtocol",
      dependencies: ["SystemPaths", .product(name: "NIOCore", package: "swift-nio")]),
    // The contents of `lorikeet-status` events.
    .target(name: "WyomingStatus", dependencies: ["Devices", "SystemPaths", "WyomingProtocol"]),
    // The networking library's errors in plain words.
    .target(name: "SocketFaults", dependencies: nio),

    .target(
      name: "WyomingClient", dependencies: nio + ["SocketFaults", "WyomingProtocol", "WyomingStatus"]),

    .target(
      name: "WyomingServer",
      dependencies: nio + [
        "Audio", "Concurrency", "Devices", "Endpointing", "Languages", "Names", "Recognition", "SocketFaults",
        "SystemPaths", "Transducer", "Wording", "WyomingProtocol", "WyomingStatus",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    .target(
      name: "ServiceDiscovery",
      dependencies: nio + [
        "MulticastDNS", "SocketFaults", "SystemPaths",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // The only one that knows Home Assistant's API.
    .target(
      name: "HomeAssistant",
      dependencies: nio + [
        "Names", "SocketFaults", "SystemPaths",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    .target(
      name: "Settings",
      dependencies: [
        "Devices", "Endpointing", "Recognition", "SystemPaths", "VoiceActivity", "Wording",
        "WyomingProtocol", "WyomingServer", .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    .executableTarget(
      name: "lorikeet",
      dependencies: [
        "Audio", "Concurrency", "Devices", "Diagnosis", "HomeAssistant", "Inference", "ModelDownload",
        "ModelStore",
        "MulticastDNS", "Names", "Parakeet", "Recognition", "ServiceDiscovery", "Settings", "SpeechEngine",
        "Storage", "SystemPaths", "Transducer", "WyomingClient", "WyomingProtocol",
        "WyomingServer", "WyomingStatus",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),

    // `make bench`
    .executableTarget(
      name: "stages",
      dependencies: [
        "Audio", "Concurrency", "Devices", "Endpointing", "ModelStore", "Parakeet", "Recognition",
        "SpeechEngine", "SpeechFeatures", "Transducer",
      ],
      path: "Benchmarks/Stages"),

    .target(
      name: "Support", dependencies: ["Concurrency", "Devices", "SpeechFeatures"], path: "Tests/Support"),
    .testTarget(
      name: "SpeechFeaturesTests", dependencies: ["SpeechFeatures", "Support"]),
    .testTarget(name: "ConcurrencyTests", dependencies: ["Concurrency"]),
    .testTarget(
      name: "DevicesTests",
      dependencies: ["Concurrency", "Devices", "SpeechFeatures", "Support", "Transducer"]),
    .testTarget(name: "ParakeetTests", dependencies: ["Devices", "Parakeet"]),
    .testTarget(
      name: "VoiceActivityTests", dependencies: ["Audio", "SpeechFeatures", "Support", "VoiceActivity"],
      swiftSettings: optimized),
    .testTarget(name: "LanguagesTests", dependencies: ["Languages"]),
    .testTarget(
      name: "TransducerTests", dependencies: ["Languages", "Transducer", "Support"]),
    .testTarget(name: "EndpointingTests", dependencies: ["Endpointing", "Transducer"]),
    .testTarget(name: "NamesTests", dependencies: ["Names", "Transducer"]),
    .testTarget(
      name: "HomeAssistantTests",
      dependencies: [
        "HomeAssistant", "Names", "SocketFaults", "Support", "SystemPaths",
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .testTarget(
      name: "WordingTests", dependencies: ["Support", "Transducer", "Wording"]),
    .testTarget(
      name: "MulticastDNSTests", dependencies: ["MulticastDNS"]),
    .testTarget(name: "SystemPathsTests", dependencies: ["Support", "SystemPaths"]),
    .testTarget(name: "StorageTests", dependencies: ["Storage", "Support", "SystemPaths"]),
    .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Support"]),
    .testTarget(
      name: "ModelDownloadTests",
      dependencies: [
        "ModelDownload", "Storage", "Support", "SystemPaths",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Support"]),
    .testTarget(name: "AudioTests", dependencies: ["Audio", "CSndFile", "Support"]),
    .testTarget(
      name: "ModelStoreTests", dependencies: ["ModelStore", "Storage", "Support", "Transducer"]),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Devices", "Recognition", "Settings", "Support", "SystemPaths", "VoiceActivity", "WyomingProtocol",
        "WyomingServer", .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "WyomingProtocolTests",
      dependencies: [
        "Support", "SystemPaths", "WyomingProtocol", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    .testTarget(
      name: "WyomingStatusTests", dependencies: ["Devices", "WyomingProtocol", "WyomingStatus"]),
    .testTarget(
      name: "WyomingServerTests",
      dependencies: [
        "Audio", "Devices", "ModelStore", "Recognition", "SocketFaults", "SpeechEngine", "SpeechFeatures",
        "Support",
        "WyomingProtocol", "WyomingServer", "WyomingStatus",
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(
      name: "LorikeetTests",
      dependencies: [
        "Devices", "Diagnosis", "ModelDownload", "ModelStore", "MulticastDNS", "Parakeet", "Recognition",
        "Settings", "SpeechEngine", "Support", "SystemPaths", "Transducer", "WyomingClient",
        "WyomingProtocol", "WyomingStatus",
        "lorikeet",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "RecognitionTests",
      dependencies: [
        "Concurrency", "Devices", "Endpointing", "ModelStore", "Recognition", "SpeechFeatures", "Support",
        "Transducer",
      ]),
    .testTarget(
      name: "SpeechEngineTests",
      dependencies: [
        "Audio", "Concurrency", "Devices", "Inference", "ModelStore", "Parakeet", "Recognition",
        "SpeechEngine",
        "SpeechFeatures", "Storage", "Support", "SystemPaths", "Transducer",
      ]),
  ],
  cLanguageStandard: .c2x,
  cxxLanguageStandard: .cxx17
)

for target in package.targets where target.type != .system {
  target.swiftSettings = strict + (target.swiftSettings ?? [])
}

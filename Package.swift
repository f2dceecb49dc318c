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
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    // Pure: no Foundation, no NIO, no OpenVINO.
    .target(name: "SpeechFeatures", swiftSettings: optimized),
    .target(name: "VoiceActivity", dependencies: ["SpeechFeatures"], swiftSettings: optimized),
    .target(name: "CLanguageGrams", exclude: ["LICENSE", "cyrillic.txt", "latin.txt"]),
    .target(name: "Languages", dependencies: ["CLanguageGrams"]),
    .target(name: "Transducer", dependencies: ["Languages"]),
    .target(name: "CNumberWords", exclude: ["LICENSE", "contexts.txt", "rules.txt"]),
    .target(name: "SpokenNumbers", dependencies: ["CNumberWords"]),
    .target(name: "Wording", dependencies: ["SpokenNumbers", "Transducer"]),
    .target(name: "Endpointing", dependencies: ["Transducer"]),
    .target(name: "Names", dependencies: ["SystemPaths", "Transducer"]),
    .target(name: "Subtitling", dependencies: ["Transducer"]),
    .target(name: "JSON"),
    .target(name: "Telemetry"),
    .target(name: "Multipart"),
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

    // Arithmetic for frames, in C: Swift compiles for one kind of processor, and this for several.
    .target(name: "CFrameKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),

    // The only C++, and the only Swift that sees it.
    .target(
      name: "COpenVINO",
      dependencies: ["CFrameKernels"],
      cxxSettings: [.unsafeFlags(["-isystem", openVINO + "/include"])],
      linkerSettings: [
        .linkedLibrary("openvino"),
        .linkedLibrary("tbb"),
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
      name: "Addresses", dependencies: ["SystemPaths", .product(name: "NIOCore", package: "swift-nio")]),
    // Sockets that servers listen on, and the activity of their clients.
    .target(
      name: "Listening",
      dependencies: nio + [
        "Addresses", "Concurrency", "SocketFaults", "SystemPaths",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(name: "OpenAIProtocol", dependencies: ["JSON", "Subtitling", "Transducer"]),
    // A server's status as JSON.
    .target(name: "StatusReport", dependencies: ["Devices", "JSON", "SystemPaths"]),
    // What all protocols share.
    .target(
      name: "Serving",
      dependencies: [
        "Audio", "Concurrency", "Devices", "Endpointing", "Languages", "Names", "Recognition", "StatusReport",
        "Telemetry", "Transducer", "Wording", .product(name: "Logging", package: "swift-log"),
      ]),

    .target(
      name: "WyomingProtocol",
      dependencies: ["JSON", .product(name: "NIOCore", package: "swift-nio")]),
    // The networking library's errors in plain words.
    .target(name: "SocketFaults", dependencies: nio),

    .target(
      name: "WyomingClient",
      dependencies: nio + ["Addresses", "JSON", "SocketFaults", "StatusReport", "WyomingProtocol"]),

    .target(
      name: "WyomingServer",
      dependencies: [
        "Addresses", "Audio", "Endpointing", "Listening", "Names", "Recognition", "Serving",
        "SocketFaults", "StatusReport", "SystemPaths", "Telemetry", "Transducer", "WyomingProtocol",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    .target(
      name: "ServiceDiscovery",
      dependencies: nio + [
        "MulticastDNS", "SocketFaults", "SystemPaths",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    .target(
      name: "HTTPServer",
      dependencies: nio + [
        "Addresses", "Audio", "Concurrency", "Devices", "Endpointing", "JSON", "Listening", "Multipart",
        "Names", "OpenAIProtocol", "Recognition", "Serving", "SocketFaults", "StatusReport", "SystemPaths",
        "Telemetry", "Transducer",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [.embedInCode("Page")]),

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
        "Addresses", "Devices", "Endpointing", "HTTPServer", "Recognition", "SystemPaths", "VoiceActivity",
        "Wording", "WyomingServer", .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    .executableTarget(
      name: "lorikeet",
      dependencies: [
        "Addresses", "Audio", "Concurrency", "Devices", "Diagnosis", "HTTPServer", "HomeAssistant",
        "Inference", "JSON", "Listening", "ModelDownload", "ModelStore", "MulticastDNS", "Names", "Parakeet",
        "Recognition",
        "ServiceDiscovery", "Serving", "Settings", "SpeechEngine", "StatusReport", "Storage", "Subtitling",
        "SystemPaths", "Telemetry", "Transducer", "WyomingClient", "WyomingProtocol", "WyomingServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),

    // `make bench`
    .target(name: "CProcessorPeaks", path: "Benchmarks/ProcessorPeaks"),
    .executableTarget(
      name: "stages",
      dependencies: [
        "Audio", "CProcessorPeaks", "Concurrency", "Devices", "Endpointing", "Inference", "ModelStore",
        "Parakeet", "Recognition",
        "SpeechEngine", "SpeechFeatures", "SpokenNumbers", "Transducer", "Wording",
      ],
      path: "Benchmarks/Stages"),

    .target(
      name: "Support", dependencies: ["Concurrency", "Devices", "SpeechFeatures"], path: "Tests/Support"),
    .testTarget(name: "FrameKernelsTests", dependencies: ["CFrameKernels"]),
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
    .testTarget(name: "SpokenNumbersTests", dependencies: ["SpokenNumbers"]),
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
        "ModelDownload", "ModelStore", "Storage", "Support", "SystemPaths",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .testTarget(name: "InferenceTests", dependencies: ["CFrameKernels", "Inference", "Support"]),
    .testTarget(name: "AudioTests", dependencies: ["Audio", "CSndFile", "Support"]),
    .testTarget(
      name: "ModelStoreTests", dependencies: ["ModelStore", "Storage", "Support", "Transducer"]),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Addresses", "Devices", "Recognition", "Settings", "Support", "SystemPaths", "VoiceActivity",
        "WyomingProtocol", "WyomingServer", .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "WyomingProtocolTests",
      dependencies: [
        "JSON", "Support", "WyomingProtocol", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    .testTarget(name: "StatusReportTests", dependencies: ["Devices", "JSON", "StatusReport"]),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Audio", "Devices", "ModelStore", "Recognition", "Serving", "SpeechEngine", "SpeechFeatures",
        "StatusReport", "Support",
      ]),
    .testTarget(
      name: "OpenAIProtocolTests", dependencies: ["JSON", "OpenAIProtocol", "Support", "Transducer"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
    .testTarget(name: "MultipartTests", dependencies: ["Multipart", "Support"]),
    .testTarget(name: "SubtitlingTests", dependencies: ["Subtitling", "Support", "Transducer"]),
    .testTarget(name: "AddressesTests", dependencies: ["Addresses", "SystemPaths"]),
    .testTarget(
      name: "WyomingServerTests",
      dependencies: [
        "Devices", "JSON", "ModelStore", "Recognition", "Serving", "SocketFaults", "SpeechEngine",
        "WyomingProtocol", "WyomingServer",
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(
      name: "LorikeetTests",
      dependencies: [
        "Devices", "Diagnosis", "ModelDownload", "ModelStore", "MulticastDNS", "Parakeet", "Recognition",
        "Settings", "SpeechEngine", "StatusReport", "Support", "SystemPaths", "Transducer", "WyomingClient",
        "WyomingProtocol", "Addresses",
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

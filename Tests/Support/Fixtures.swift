public import FoundationEssentials

/// Files that several test suites read.
public enum Fixtures {
  public static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The path of a recording: "en-01.wav".
  public static func recording(_ name: String) -> String {
    directory.appending(path: "audio/\(name)").path
  }

  /// A text in UTF-8.
  public static func text(_ name: String) throws -> String {
    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }

  /// Little-endian float32 numbers that onnx-asr gave.
  public static func golden(_ name: String) throws -> [Float] {
    try floats("golden/\(name)")
  }

  /// Little-endian float32 numbers.
  public static func floats(_ name: String) throws -> [Float] {
    let data = try Data(contentsOf: directory.appending(path: "\(name).f32"))
    return stride(from: 0, to: data.count, by: 4).map { index in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[index + $1]) << (8 * UInt32($1)) })
    }
  }

  /// What onnx-asr said to each recording, with the built-in model.
  public static func tokens() throws -> [String: GoldenTokens] {
    let data = try Data(contentsOf: directory.appending(path: "golden/tokens.json"))
    return try JSONDecoder().decode([String: GoldenTokens].self, from: data)
  }

  /// The samples of a 16 kHz mono recording of 16 bits, read without any library.
  public static func samples(_ name: String) throws -> [Float] {
    let data = try Data(contentsOf: URL(filePath: recording(name)))
    let header = 44
    return stride(from: header, to: data.count - 1, by: 2).map { index in
      Float(Int16(bitPattern: UInt16(data[index]) | UInt16(data[index + 1]) << 8)) / 32768
    }
  }
}

/// onnx-asr's answer to a recording.
public struct GoldenTokens: Decodable, Sendable {
  public let ids: [Int32]
  /// Encoder frames.
  public let frames: [Int]
  public let logprobs: [Float]
  public let text: String
}

/// A directory that is gone after the test.
public func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "lorikeet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}

/// The same numbers in each run (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

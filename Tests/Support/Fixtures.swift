public import FoundationEssentials

/// Files that several test suites read.
public enum Fixtures {
  /// The directory of all fixtures.
  public static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Returns the path of a recording, named like "en-01.wav".
  public static func recording(_ name: String) -> String {
    directory.appending(path: "audio/\(name)").path
  }

  /// Returns the text of a UTF-8 file.
  public static func text(_ name: String) throws -> String {
    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }

  /// Returns reference values of onnx-asr.
  public static func golden(_ name: String) throws -> [Float] {
    try floats("golden/\(name)")
  }

  /// Returns the values of a file of little-endian float32.
  public static func floats(_ name: String) throws -> [Float] {
    let data = try Data(contentsOf: directory.appending(path: "\(name).f32"))
    return stride(from: 0, to: data.count, by: 4).map { index in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[index + $1]) << (8 * UInt32($1)) })
    }
  }

  /// Returns the inputs of a fuzzer's corpus with their names: those collected by `Fuzzing/keep`, and those of fixed bugs.
  public static func corpus(_ name: String) throws -> [(name: String, input: [UInt8])] {
    let folder = directory.appending(path: name)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { file in
      (file, Array(try Data(contentsOf: folder.appending(path: file))))
    }
  }

  /// Returns onnx-asr's result for each recording, with the built-in model.
  public static func tokens() throws -> [String: GoldenTokens] {
    let data = try Data(contentsOf: directory.appending(path: "golden/tokens.json"))
    return try JSONDecoder().decode([String: GoldenTokens].self, from: data)
  }

  /// Returns the samples of a 16 kHz 16-bit mono recording in [-1, 1], read without any library.
  public static func samples(_ name: String) throws -> [Float] {
    let data = try Data(contentsOf: URL(filePath: recording(name)))
    let header = 44
    return stride(from: header, to: data.count - 1, by: 2).map { index in
      Float(Int16(bitPattern: UInt16(data[index]) | UInt16(data[index + 1]) << 8)) / 32768
    }
  }
}

/// onnx-asr's result for a recording.
public struct GoldenTokens: Decodable, Sendable {
  /// The token ids.
  public let ids: [Int32]
  /// The encoder frame of each token.
  public let frames: [Int]
  /// The log probability of each token.
  public let logprobs: [Float]
  /// The text.
  public let text: String
}

/// Calls `body` with a new directory and removes the directory afterwards.
public func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "lorikeet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}

/// A random number generator that repeats its sequence in each run (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator.
  public init(seed: UInt64) {
    state = seed
  }

  /// Returns the next random number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

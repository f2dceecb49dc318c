public import ModelStore
internal import SystemPaths

/// A recording that comes with the built-in model, and what is said in it: a device that gives another text must not
/// be used, however fast it is.
public struct SelfTest: Sendable {
  /// 16 kHz, mono, in [-1, 1].
  public let samples: [Float]
  /// What is said.
  public let text: String

  /// The part of the words that may be wrong: arithmetic in 16 bits may cost a word, broken arithmetic costs all.
  public static let tolerance = 0.25

  public init(samples: [Float], text: String) {
    self.samples = samples
    self.text = text
  }

  /// The recording of the built-in model: `self-test.pcm`, 16-bit little-endian samples, and `self-test.txt`.
  ///
  /// - Parameter model: The built-in model, `ModelDirectory.find(ModelDirectory.builtin)`.
  public init(of model: ModelDirectory) throws(ModelError) {
    let pcm = try Self.contents(of: "self-test.pcm", in: model)
    let text = String(decoding: try Self.contents(of: "self-test.txt", in: model), as: UTF8.self)
    self.init(
      samples: stride(from: 0, to: pcm.count - 1, by: 2).map { index in
        Float(Int16(bitPattern: UInt16(pcm[index]) | UInt16(pcm[index + 1]) << 8)) / 32768
      },
      text: text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  /// How a device is tested: alone, without anything that could stand in for it.
  public static func settings(for device: Device) -> ComputeSettings {
    var settings = ComputeSettings(device: device)
    settings.fallback = .none
    settings.isSelfTested = false
    settings.decoderDevice = .cpu
    if device != .cpu { settings.buckets = [5] }
    return settings
  }

  /// What a run came to.
  public struct Outcome: Sendable {
    /// What was understood.
    public let text: String
    /// Whether that is close enough to what is said.
    public let isPassed: Bool
    /// The device that ran the encoder, as OpenVINO says.
    public let device: String?
    /// Seconds until the model was loaded; 0 if it was already.
    public let loadSeconds: Double
    /// Seconds from the end of the audio to the transcript, the first time.
    public let firstSeconds: Double
    /// The same, the second time: a network's first run takes longer.
    public let seconds: Double
  }

  /// Loads a recognizer's model if it is not loaded, and lets it recognize the recording twice.
  ///
  /// - Parameter recognizer: One with the built-in model.
  public func run(with recognizer: Recognizer) async throws(RecognitionError) -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    try await recognizer.prepare()
    let loaded = clock.now
    let first = try await recognizer.transcribe(samples)
    let second = try await recognizer.transcribe(samples)
    let failed = [first, second].first { !accepts($0.text) }
    return Outcome(
      text: (failed ?? second).text, isPassed: failed == nil, device: second.device,
      loadSeconds: start.duration(to: loaded) / .seconds(1), firstSeconds: first.timings.total,
      seconds: second.timings.total)
  }

  /// Whether a transcript is what is said, but for as many wrong words as ``tolerance`` allows.
  public func accepts(_ transcript: String) -> Bool {
    let said = Self.words(text)
    return Double(Self.distance(said, Self.words(transcript))) <= Double(said.count) * Self.tolerance
  }

  /// Words without case and punctuation.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Words to replace, add and take away to make one of the other (Levenshtein's distance).
  private static func distance(_ left: [String], _ right: [String]) -> Int {
    var row = Array(0...right.count)
    for (index, word) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in right.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (word == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }

  private static func contents(of file: String, in model: ModelDirectory) throws(ModelError) -> [UInt8] {
    do {
      return try Files.contents(of: "\(model.path)/\(file)")
    } catch {
      throw ModelError(model: model.name, reason: .file(file, .missing, remedy: nil))
    }
  }
}

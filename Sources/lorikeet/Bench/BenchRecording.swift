internal import Audio
internal import Devices
internal import Recognition
internal import SpeechEngine
internal import SystemPaths

/// A recording whose recognition is measured.
struct BenchRecording: Sendable {
  /// The displayed name of the file, or "built-in".
  let name: String
  /// The samples: 16 kHz, mono, in [-1, 1].
  let samples: [Float]

  static let sampleRate = 16_000.0

  var seconds: Double { Double(samples.count) / Self.sampleRate }

  /// Reads a whole file.
  ///
  /// - Parameter path: The file; "-" for standard input.
  /// - Throws: `AudioError` if the file cannot be read or is empty.
  init(path: String) throws(AudioError) {
    var reader = try AudioReader(path: path)
    var samples: [Float] = []
    while let next = try reader.next() { samples += next }
    guard !samples.isEmpty else { throw AudioError(source: reader.source, reason: .empty) }
    self.init(name: reader.source.readable, samples: samples)
  }

  private init(name: String, samples: [Float]) {
    self.name = name
    self.samples = samples
  }

  /// Creates a recording of a given length from the self-test's: repeated as often as it fits, with silence between the
  /// copies and speech at the end. If it does not fit once, it is cut off at its end.
  ///
  /// - Parameters:
  ///   - test: The self-test.
  ///   - seconds: The length in seconds, above 0.
  init(_ test: SelfTest, seconds: Double) {
    self.init(
      name: "built-in", samples: Self.spread(test.samples, over: Int((seconds * Self.sampleRate).rounded())))
  }

  /// The shortest silence between two sentences, in samples.
  private static let pause = 4_800

  static func spread(_ speech: [Float], over count: Int) -> [Float] {
    guard !speech.isEmpty, speech.count < count else { return Array(speech.prefix(count)) }
    let copies = (count + pause) / (speech.count + pause)
    var samples = [Float](repeating: 0, count: count)
    for copy in 0..<max(copies, 1) {
      // The first copy is at the beginning and the last at the end; a single one is at the end.
      let free = count - speech.count
      let start = copies > 1 ? free * copy / (copies - 1) : free
      samples.replaceSubrange(start..<start + speech.count, with: speech)
    }
    return samples
  }
}

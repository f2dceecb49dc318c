/// A recording and its words. A device that recognizes other words must not be used, however fast it is.
public struct SelfTest: Sendable {
  /// The recording: 16 kHz, mono, in [-1, 1].
  public let samples: [Float]
  /// The spoken words.
  public let text: String

  /// The share of the words that may be wrong: arithmetic in 16 bits may cost a word, broken arithmetic costs all.
  public static let tolerance = 0.25

  /// Creates a self-test from a recording and its words.
  public init(samples: [Float], text: String) {
    self.samples = samples
    self.text = text
  }

  /// The part of the work that a device does.
  public enum Role: Sendable {
    /// The device runs the encoder.
    case encoder
    /// The device runs the prediction and joint networks.
    case decoder
  }

  /// Returns the settings for the test of a device: that device alone in its role, without a fallback, and the processor
  /// for the rest.
  public static func settings(for device: DeviceID, as role: Role) -> ComputeSettings {
    var settings = ComputeSettings(device: .device(role == .encoder ? device : .cpu))
    settings.fallback = .none
    settings.isSelfTested = false
    settings.decoderDevice = .device(role == .decoder ? device : .cpu)
    if role == .encoder, !device.isProcessor { settings.buckets = [5] }
    return settings
  }

  /// Returns true if a transcript has the spoken words, except for the share that ``tolerance`` allows.
  public func accepts(_ transcript: String) -> Bool {
    let said = Self.words(text)
    return Double(Self.distance(said, Self.words(transcript))) <= Double(said.count) * Self.tolerance
  }

  /// Returns the words of a text without case and punctuation.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Returns the number of words to replace, insert and delete to turn one text into the other (Levenshtein distance).
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
}

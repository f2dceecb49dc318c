/// Stationary noise, any part of which sounds like any other.
enum NoiseKind: String, CaseIterable, Sendable {
  case white, pink, fan, hum

  func samples(_ count: Int, seed: UInt64) -> [Float] {
    switch self {
    case .white: Signals.white(count, seed: seed)
    case .pink: Signals.pink(count, seed: seed)
    case .fan: Signals.fan(count, seed: seed)
    case .hum: Signals.hum(count, seed: seed)
    }
  }
}

extension Signals {
  /// Brown noise: -6 dB per octave above 40 Hz.
  static func brown(_ count: Int, seed: UInt64) -> [Float] {
    var level: Float = 0
    return white(count, seed: seed).map { sample in
      level += 0.0157 * (sample - level)
      return level
    }
  }

  /// Returns the words of a recording only, without the silence around them.
  static func bare(_ name: String) throws -> [Float] {
    let recording = try recording(name)
    return Array(recording[words(in: recording)])
  }
}

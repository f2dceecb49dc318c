/// How much sound is in each channel, and how much is left of it when they are added.
struct ChannelEvidence: Sendable {
  /// A block is looked at in so many pieces.
  private static let pieces = 4

  /// Energy of each channel.
  private var channels: [Double]
  /// Energy of their sum: as much as all of them together where they have nothing in common or only one has sound, more
  /// where they agree, and less where they cancel.
  private var sum = 0.0
  /// Energy that counts as none: rounding errors, and less than any converter's noise.
  private var floor = 0.0

  init(channels: Int) {
    self.channels = Array(repeating: 0, count: channels)
  }

  /// - Parameter block: Whole moments, all channels of each.
  init(of block: [Float], channels count: Int) {
    self.init(channels: count)
    let frames = block.count / count
    let step = max(1, frames / Self.pieces)
    for start in stride(from: 0, to: frames, by: step) {
      add(block[start * count..<min(start + step, frames) * count])
    }
  }

  /// Adds the energy of 5 ms that is left beside a straight line: an offset, hum and rumble are in both channels alike
  /// where only speech is reversed, and must not hide it.
  private mutating func add(_ piece: ArraySlice<Float>) {
    let count = channels.count
    let frames = Double(piece.count / count)
    var total = DetrendedEnergy()
    var each = Array(repeating: total, count: count)
    var time = (1 - frames) / 2
    for start in stride(from: piece.startIndex, to: piece.endIndex, by: count) {
      var value = 0.0
      for channel in 0..<count {
        each[channel].add(Double(piece[start + channel]), at: time)
        value += Double(piece[start + channel])
      }
      total.add(value, at: time)
      time += 1
    }
    sum += total.energy(frames: frames)
    for channel in 0..<count { channels[channel] += each[channel].energy(frames: frames) }
    floor += max(frames * 1e-11, each.reduce(0) { $0 + $1.squares } * 1e-9)
  }

  static func += (evidence: inout Self, other: Self) {
    for channel in evidence.channels.indices { evidence.channels[channel] += other.channels[channel] }
    evidence.sum += other.sum
    evidence.floor += other.floor
  }

  private var total: Double { channels.reduce(0, +) }

  private var isSound: Bool { total > floor }

  /// Whether the sum has less than a twentieth (-13 dB) of the channels' energy: they are each other's negative, nearly.
  var cancels: Bool { isSound && sum < 0.05 * total }

  /// Whether the sum has about as much energy as the channels.
  var addsUp: Bool { isSound && sum > 0.5 * total }

  /// Whether a channel has less than a tenth of the energy of the loudest.
  func isMissing(in channel: Int) -> Bool { isSound && channels[channel] < 0.1 * channels[loudest] }

  /// The first of the loudest channels.
  var loudest: Int { channels.indices.max { channels[$0] < channels[$1] } ?? 0 }
}

/// The energy of values beside the straight line that fits them best.
private struct DetrendedEnergy {
  private(set) var squares = 0.0
  private var sum = 0.0
  private var slope = 0.0

  /// - Parameter time: Counted from the middle of the values.
  mutating func add(_ value: Double, at time: Double) {
    sum += value
    squares += value * value
    slope += value * time
  }

  func energy(frames: Double) -> Double {
    let spread = frames * (frames * frames - 1) / 12
    return max(0, squares - sum * sum / frames - (spread > 0 ? slope * slope / spread : 0))
  }
}

/// The energy of each channel, and that of the channels' sum.
struct ChannelEvidence: Sendable {
  /// The number of parts in which a block is examined.
  private static let pieces = 4

  /// The energy of each channel.
  private var channels: [Double]
  /// The energy of the channels' sum: equal to the total of their energies if they are unrelated or only one has sound,
  /// more if they agree, and less if they cancel.
  private var sum = 0.0
  /// The energy that counts as silence: rounding errors, less than any converter's noise.
  private var floor = 0.0

  init(channels: Int) {
    self.channels = Array(repeating: 0, count: channels)
  }

  /// Measures a block.
  ///
  /// - Parameter block: Whole frames with interleaved channels.
  init(of block: [Float], channels count: Int) {
    self.init(channels: count)
    let frames = block.count / count
    let step = max(1, frames / Self.pieces)
    for start in stride(from: 0, to: frames, by: step) {
      add(block[start * count..<min(start + step, frames) * count])
    }
  }

  /// Adds the energy of 5 ms around its linear trend: an offset, hum and rumble can be equal in both channels when only
  /// speech is reversed, and must not hide it.
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

  /// True if the sum has less than a twentieth (-13 dB) of the channels' energy: they are nearly each other's negative.
  var cancels: Bool { isSound && sum < 0.05 * total }

  /// True if the sum has at least half of the channels' energy.
  var addsUp: Bool { isSound && sum > 0.5 * total }

  /// Returns true if a channel has less than a tenth of the energy of the loudest.
  func isMissing(in channel: Int) -> Bool { isSound && channels[channel] < 0.1 * channels[loudest] }

  /// The index of the loudest channel.
  var loudest: Int { channels.indices.max { channels[$0] < channels[$1] } ?? 0 }
}

/// The energy of values around their least-squares line.
private struct DetrendedEnergy {
  private(set) var squares = 0.0
  private var sum = 0.0
  private var slope = 0.0

  /// Adds a value.
  ///
  /// - Parameter time: The value's index relative to the middle of the values.
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

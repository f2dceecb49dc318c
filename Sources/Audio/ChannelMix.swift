/// Several channels as one: their mean, or the loudest of them alone where they cancel each other (a cable or a
/// microphone of reversed polarity).
///
/// It is decided for blocks of 20 ms at fixed places, so that pieces of any length give the same samples. A block in which
/// the channels seem to cancel is held back until it is sure, up to half a second, and with it what follows: the first word
/// is whole, and nothing is switched in the middle of one. From then on the same channel is taken, until another one has
/// what it lacks, or sound that does not cancel outweighs all that did. One channel passes as it is.
struct ChannelMix: Sendable {
  private enum Source: Equatable {
    case mean
    case channel(Int)
  }

  /// Blocks of cancelling sound that prove it, 160 ms: shorter than any word, longer than a click or a chance.
  private static let proof = 8
  /// Blocks that are held back at most.
  private static let longestDoubt = 25

  private let channels: Int
  /// Values of a block, all channels.
  private let blockSize: Int
  private var source = Source.mean
  /// The channel that was taken for the mean first, from 0; `nil` as long as none was.
  private(set) var loudestChannel: Int?

  /// The block that is not complete.
  private var block: [Float] = []
  /// Complete blocks of which it is not known where they are taken from.
  private var held: [Float] = []
  private var heldEvidence: ChannelEvidence
  private var misfits = 0
  /// What was heard since the channel was chosen.
  private var sinceChoice: ChannelEvidence

  init(channels: Int, sampleRate: Int) {
    self.channels = channels
    blockSize = max(1, sampleRate / 50) * channels
    heldEvidence = ChannelEvidence(channels: channels)
    sinceChoice = heldEvidence
  }

  /// The samples that are certain after these have come.
  ///
  /// - Parameter interleaved: Whole moments, all channels of each.
  mutating func append(_ interleaved: ArraySlice<Float>) -> [Float] {
    guard channels > 1 else { return Array(interleaved) }
    var samples: [Float] = []
    samples.reserveCapacity((held.count + block.count + interleaved.count) / channels)
    var rest = interleaved
    while !rest.isEmpty {
      let part = rest.prefix(blockSize - block.count)
      block += part
      rest = rest.dropFirst(part.count)
      if block.count == blockSize { endBlock(into: &samples) }
    }
    return samples
  }

  /// The samples that were held back.
  mutating func finish() -> [Float] {
    var samples: [Float] = []
    mix(held, into: &samples)
    mix(block, into: &samples)
    (held, block) = ([], [])
    return samples
  }

  private mutating func endBlock(into samples: inout [Float]) {
    defer { block.removeAll(keepingCapacity: true) }
    let evidence = ChannelEvidence(of: block, channels: channels)
    if source != .mean {
      sinceChoice += evidence
      if sinceChoice.addsUp { source = .mean }
    }
    let isMisfit = !fits(evidence)
    if held.isEmpty, !isMisfit { return mix(block, into: &samples) }
    held += block
    heldEvidence += evidence
    if isMisfit { misfits += 1 }
    if !fits(heldEvidence) {
      guard misfits >= Self.proof || held.count >= Self.longestDoubt * blockSize else { return }
      if misfits >= Self.proof { choose(by: heldEvidence) }
    }
    mix(held, into: &samples)
    held.removeAll(keepingCapacity: true)
    heldEvidence = ChannelEvidence(channels: channels)
    misfits = 0
  }

  /// Whether sound does not tell against where samples are taken from.
  private func fits(_ evidence: ChannelEvidence) -> Bool {
    switch source {
    case .mean: !evidence.cancels
    case .channel(let channel): !evidence.isMissing(in: channel)
    }
  }

  private mutating func choose(by evidence: ChannelEvidence) {
    guard evidence.cancels else {
      source = .mean
      return
    }
    source = .channel(evidence.loudest)
    sinceChoice = evidence
    loudestChannel = loudestChannel ?? evidence.loudest
  }

  private func mix(_ interleaved: [Float], into samples: inout [Float]) {
    switch source {
    case .channel(let channel):
      for index in stride(from: channel, to: interleaved.count, by: channels) {
        samples.append(interleaved[index])
      }
    case .mean:
      for start in stride(from: 0, to: interleaved.count, by: channels) {
        var sum: Float = 0
        for channel in 0..<channels { sum += interleaved[start + channel] }
        samples.append(sum / Float(channels))
      }
    }
  }
}

/// How much sound is in each channel, and how much is left of it when they are added; without a constant offset.
struct ChannelEvidence: Sendable {
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
    let frames = Double(block.count / count)
    func energy(_ squares: Double, _ sum: Double) -> Double { max(0, squares - sum * sum / frames) }
    var sums = [Double](repeating: 0, count: count)
    var squares = sums
    var (totalSum, totalSquares) = (0.0, 0.0)
    for start in stride(from: 0, to: block.count, by: count) {
      var total = 0.0
      for channel in 0..<count {
        let value = Double(block[start + channel])
        sums[channel] += value
        squares[channel] += value * value
        total += value
      }
      totalSum += total
      totalSquares += total * total
    }
    sum = energy(totalSquares, totalSum)
    for channel in 0..<count { channels[channel] = energy(squares[channel], sums[channel]) }
    floor = max(frames * 1e-11, squares.reduce(0, +) * 1e-9)
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

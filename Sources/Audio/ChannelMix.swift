/// Several channels as one: their mean, or the loudest of them alone where they cancel each other (a cable or a
/// microphone of reversed polarity).
///
/// It is decided for blocks of 20 ms at fixed places, so that pieces of any length give the same samples. Output lags
/// behind by 160 ms, and by up to half a second while it is in doubt whether the channels cancel: so the first word has all
/// of its sounds, and nothing is switched in the middle of one. From then on the same channel is taken, until another one
/// has what it lacks, or sound that does not cancel outweighs all that did. One channel passes as it is, at once.
struct ChannelMix: Sendable {
  private enum Source: Equatable {
    case mean
    case channel(Int)
  }

  private struct Block: Sendable {
    let values: [Float]
    let evidence: ChannelEvidence
  }

  /// Blocks that tell against where samples are taken from, and what has come with and behind them.
  private struct Doubt: Sendable {
    var blocks = 0
    var misfits = 0
    var evidence: ChannelEvidence
  }

  /// Blocks of cancelling sound that prove it, 160 ms: shorter than any word, longer than a click or a chance.
  private static let proof = 8
  /// Blocks that a doubt may last.
  private static let longestDoubt = 25
  /// Blocks before the first that cancels which are taken from the channel, too: the noise of a consonant cancels less than
  /// the vowel behind it.
  private static let lookBack = 8

  private let channels: Int
  /// Values of a block, all channels.
  private let blockSize: Int
  private var source = Source.mean
  /// The channel that was taken for the mean first, from 0; `nil` as long as none was.
  private(set) var loudestChannel: Int?

  /// The block that is not complete.
  private var block: [Float] = []
  /// Complete blocks that were not handed out.
  private var waiting: [Block] = []
  private var doubt: Doubt
  /// What was heard since the channel was chosen.
  private var sinceChoice: ChannelEvidence

  init(channels: Int, sampleRate: Int) {
    self.channels = channels
    blockSize = max(1, sampleRate / 50) * channels
    sinceChoice = ChannelEvidence(channels: channels)
    doubt = Doubt(evidence: sinceChoice)
  }

  /// The samples that are certain after these have come.
  ///
  /// - Parameter interleaved: Whole moments, all channels of each.
  mutating func append(_ interleaved: ArraySlice<Float>) -> [Float] {
    guard channels > 1 else { return Array(interleaved) }
    var samples: [Float] = []
    samples.reserveCapacity(interleaved.count / channels + blockSize)
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
    release(waiting.count, into: &samples)
    mix(block, into: &samples)
    block = []
    return samples
  }

  private mutating func endBlock(into samples: inout [Float]) {
    let evidence = ChannelEvidence(of: block, channels: channels)
    waiting.append(Block(values: block, evidence: evidence))
    block.removeAll(keepingCapacity: true)
    if source != .mean {
      sinceChoice += evidence
      if sinceChoice.addsUp { source = .mean }
    }
    let isMisfit = !fits(evidence)
    if isMisfit || doubt.blocks > 0 {
      doubt.blocks += 1
      doubt.misfits += isMisfit ? 1 : 0
      doubt.evidence += evidence
      if !fits(doubt.evidence) {
        if doubt.misfits >= Self.proof {
          choose(into: &samples)
        } else if doubt.blocks < Self.longestDoubt {
          return
        }
      }
      doubt = Doubt(evidence: ChannelEvidence(channels: channels))
    }
    release(waiting.count - (source == .mean ? Self.lookBack : 0), into: &samples)
  }

  /// Whether sound does not tell against where samples are taken from.
  private func fits(_ evidence: ChannelEvidence) -> Bool {
    switch source {
    case .mean: !evidence.cancels
    case .channel(let channel): !evidence.isMissing(in: channel)
    }
  }

  /// Takes the samples in doubt, and those to come, from where the doubt says.
  private mutating func choose(into samples: inout [Float]) {
    guard doubt.evidence.cancels else {
      source = .mean
      return
    }
    let channel = doubt.evidence.loudest
    var first = waiting.count - doubt.blocks
    while first > 0, !waiting[first - 1].evidence.isMissing(in: channel) { first -= 1 }
    release(first, into: &samples)
    source = .channel(channel)
    sinceChoice = doubt.evidence
    loudestChannel = loudestChannel ?? channel
  }

  /// Hands out blocks.
  private mutating func release(_ count: Int, into samples: inout [Float]) {
    guard count > 0 else { return }
    for block in waiting.prefix(count) { mix(block.values, into: &samples) }
    waiting.removeFirst(count)
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

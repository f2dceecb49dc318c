/// Mixes channels to mono: their mean, or the loudest one alone where they cancel each other (a cable or a microphone
/// of reversed polarity).
///
/// The decision is made for blocks of 20 ms at fixed positions, so that pieces of any length give the same samples.
/// The output lags by 160 ms, and by up to half a second while it is uncertain whether the channels cancel: so the
/// first word is complete, and the source never switches within a word. After that the channel stays selected until
/// another one has sound that it lacks, or until sound that does not cancel outweighs all that did. A single channel
/// passes unchanged and without delay.
struct ChannelMix: Sendable {
  private enum Source: Equatable {
    case mean
    case channel(Int)
  }

  private struct Block: Sendable {
    let values: [Float]
    let evidence: ChannelEvidence
  }

  /// Blocks that contradict the present source, and the evidence since the first of them.
  private struct Doubt: Sendable {
    var blocks = 0
    var misfits = 0
    var evidence: ChannelEvidence
  }

  /// The number of cancelling blocks that count as proof, 160 ms: shorter than any word, longer than a click or chance.
  private static let proof = 8
  /// The maximum length of a doubt, in blocks.
  private static let longestDoubt = 25
  /// The number of blocks before the first cancelling one that also come from the channel: the noise of a consonant
  /// cancels less than the vowel after it.
  private static let lookBack = 8

  private let channels: Int
  /// Values per block, all channels together.
  private let blockSize: Int
  private var source = Source.mean
  /// The index of the channel that first replaced the mean; `nil` as long as none has.
  private(set) var loudestChannel: Int?

  /// The incomplete block.
  private var block: [Float] = []
  /// Complete blocks not returned yet.
  private var waiting: [Block] = []
  private var doubt: Doubt
  /// The evidence since the channel was chosen.
  private var sinceChoice: ChannelEvidence

  init(channels: Int, sampleRate: Int) {
    self.channels = channels
    blockSize = max(1, sampleRate / 50) * channels
    sinceChoice = ChannelEvidence(channels: channels)
    doubt = Doubt(evidence: sinceChoice)
  }

  /// Appends frames and returns the samples whose source is certain.
  ///
  /// - Parameter interleaved: Whole frames with interleaved channels.
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

  /// Returns the delayed samples.
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

  /// Returns true if sound does not contradict the present source.
  private func fits(_ evidence: ChannelEvidence) -> Bool {
    switch source {
    case .mean: !evidence.cancels
    case .channel(let channel): !evidence.isMissing(in: channel)
    }
  }

  /// Switches the doubtful blocks and all later ones to the source that the doubt suggests.
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

  /// Returns the first blocks as samples.
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

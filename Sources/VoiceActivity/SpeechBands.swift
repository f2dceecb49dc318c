internal import SpeechFeatures

/// Mel bands grouped into eight speech bands.
///
/// A frame's mel bands from 150 Hz to 7 kHz are laid out in chunks of eight; each of the eight speech bands owns whole
/// chunks. Unused lanes of a band's last chunk have a weight of zero.
struct SpeechBands: Sendable {
  /// Eight mel bands.
  struct Chunk: Sendable {
    /// The index of the first mel band in the frame.
    let first: Int
    /// The speech band that the chunk belongs to.
    let band: Int
    /// 1 for the lanes that count.
    let weights: Bands
  }

  /// The edges of the speech bands, in hertz: hum and rumble lie below, and formants, fricatives and plosives each fall
  /// into a few of them.
  private static let edges: [Double] = [150, 400, 700, 1100, 1700, 2500, 3600, 5000, 7000]
  /// The lower limit of energies, 1/64 of the features' guard: white noise of -102 dBFS, the noise of 16-bit samples.
  private static let least = LogMelExtractor.logGuard / 64

  let chunks: [Chunk]
  /// The number of mel bands in all chunks.
  let memberCount: Int
  /// 1 / the number of mel bands in each speech band.
  private let scale: Bands

  init(bandCount: Int) {
    let centers = LogMelExtractor.centers(bandCount: bandCount)
    var chunks: [Chunk] = []
    var scale = Bands.zero
    for band in 0..<Bands.scalarCount {
      let members = centers.indices.filter {
        Self.edges[band] <= centers[$0] && centers[$0] < Self.edges[band + 1]
      }
      scale[band] = 1 / Float(max(1, members.count))
      for start in stride(from: 0, to: members.count, by: Bands.scalarCount) {
        // A chunk never extends beyond its frame.
        let first = min(members[start], bandCount - Bands.scalarCount)
        var weights = Bands.zero
        for lane in 0..<Bands.scalarCount {
          let isMember = (members[start]...(members.last ?? 0)).contains(first + lane)
          weights[lane] = isMember ? 1 : 0
        }
        chunks.append(Chunk(first: first, band: band, weights: weights))
      }
    }
    self.chunks = chunks
    memberCount = centers.count { Self.edges[0] <= $0 && $0 < Self.edges[Bands.scalarCount] }
    self.scale = scale
  }

  /// Computes a frame's energies, without the features' guard.
  ///
  /// - Parameters:
  ///   - frame: Log-mel energies.
  ///   - energies: Receives the energy of each mel band, chunk by chunk.
  /// - Returns: The level of the mean energy in each speech band, in dB.
  func levels(of frame: UnsafeBufferPointer<Float>, into energies: UnsafeMutableBufferPointer<Bands>) -> Bands
  {
    precondition(energies.count == chunks.count)
    let least = Bands(repeating: Self.least)
    let bytes = UnsafeRawBufferPointer(frame)
    return chunks.withUnsafeBufferPointer { chunks in
      var means = Bands.zero
      var index = 0
      for band in 0..<Bands.scalarCount {
        var sum = Bands.zero
        while index < chunks.count, chunks[index].band == band {
          let values = bytes.loadUnaligned(fromByteOffset: 4 * chunks[index].first, as: Bands.self)
          let energy = Decibels.exponential(values) - LogMelExtractor.logGuard
          // NaN counts as silence.
          energies[index] = energy.replacing(with: least, where: .!(energy .>= least))
          sum += energies[index] * chunks[index].weights
          index += 1
        }
        means[band] = sum.sum()
      }
      return Decibels.level(means * scale)
    }
  }
}

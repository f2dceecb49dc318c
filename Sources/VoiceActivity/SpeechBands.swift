internal import SpeechFeatures

/// Mel bands gathered into eight bands of speech.
///
/// A frame's mel bands from 150 Hz to 7 kHz are laid out in chunks of eight; each of the eight bands of speech owns
/// whole chunks. Lanes that are left over in a band's last chunk have a weight of zero.
struct SpeechBands: Sendable {
  /// Eight mel bands.
  struct Chunk: Sendable {
    /// The first one's index in the frame.
    let first: Int
    /// The band of speech that it belongs to.
    let band: Int
    /// 1 for the lanes that count.
    let weights: Bands
  }

  /// Where the bands of speech begin and end, in hertz: hum and rumble lie below, and formants,
  /// fricatives and plosives each in a few of them.
  private static let edges: [Double] = [150, 400, 700, 1100, 1700, 2500, 3600, 5000, 7000]
  /// Energies below 1/64 of the features' guard count as that: white noise of -102 dBFS, the noise of
  /// 16-bit samples.
  private static let least = LogMelExtractor.logGuard / 64

  let chunks: [Chunk]
  /// 1 / the mel bands in each band of speech.
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
        // A chunk never reaches beyond its frame.
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
    self.scale = scale
  }

  /// The levels of a frame, in dB, without the features' guard.
  ///
  /// - Parameters:
  ///   - frame: Log-mel energies.
  ///   - levels: Receives the level of each mel band, chunk by chunk.
  /// - Returns: The mean energy's level in each band of speech.
  func levels(of frame: UnsafeBufferPointer<Float>, into levels: UnsafeMutableBufferPointer<Bands>) -> Bands {
    precondition(levels.count == chunks.count)
    let least = Bands(repeating: Self.least)
    var energies = Bands.zero
    for index in chunks.indices {
      let chunk = chunks[index]
      let values = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(frame)[(4 * chunk.first)...])
        .loadUnaligned(as: Bands.self)
      let energy = Decibels.exponential(values) - LogMelExtractor.logGuard
      let audible = energy.replacing(with: least, where: energy .< least)
      levels[index] = Decibels.level(audible)
      energies[chunk.band] += (audible * chunk.weights).sum()
    }
    return Decibels.level(energies * scale)
  }
}

/// Log-mel energies as they come out of the microphone, before an utterance's statistics are taken out.
public struct LogMelFrames: Sendable, Equatable {
  /// Mel bands a frame.
  public let bandCount: Int
  /// Frame after frame from ``startIndex`` on, each from the lowest band to the highest.
  public private(set) var values: [Float] = []
  /// The first frame that is still there. Frames keep their numbers when earlier ones are dropped.
  public private(set) var startIndex = 0

  public init(bandCount: Int) {
    precondition(bandCount > 0)
    self.bandCount = bandCount
  }

  /// How many frames there are.
  public var count: Int { values.count / bandCount }

  /// The number behind that of the last frame.
  public var endIndex: Int { startIndex + count }

  /// Drops the frames before one.
  mutating func drop(before frame: Int) {
    precondition((startIndex...endIndex).contains(frame))
    // Who still reads the earlier frames keeps them; here is what is left, in memory of its own.
    values = Array(values[((frame - startIndex) * bandCount)...])
    startIndex = frame
  }

  /// The mean log-mel energy of a frame: how loud it is.
  public func loudness(of frame: Int) -> Float {
    let start = (frame - startIndex) * bandCount
    return values[start..<start + bandCount].reduce(0, +) / Float(bandCount)
  }

  /// Appends up to four frames whose energies `energy` computes band by band, a frame in each lane.
  mutating func append(_ count: Int, energy: (Int) -> Lanes) {
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: count * bandCount))
    for band in 0..<bandCount {
      let lanes = energy(band)
      for lane in 0..<count { values[start + lane * bandCount + band] = lanes[lane] }
    }
  }

  /// Writes a stretch of frames as the encoder wants them: band by band, each band without its mean and divided
  /// by its standard deviation (over N - 1) + 10⁻⁵, and zeros behind the last frame. NeMo's `normalize_batch`
  /// with "per_feature".
  ///
  /// A stretch of no frames gives zeros; so does one of a single frame, which has no deviation.
  ///
  /// - Parameters:
  ///   - range: The frames to write.
  ///   - output: [bands, width], row-major; all of it is written.
  ///   - width: Frames a row, at least as many as there are in `range`.
  public func normalize(_ range: Range<Int>, into output: inout MutableSpan<Float>, width: Int) {
    precondition(range.lowerBound >= startIndex && range.upperBound <= endIndex)
    precondition(range.count <= width && output.count == bandCount * width)
    let range = range.lowerBound - startIndex..<range.upperBound - startIndex
    let statistics = statistics(over: range)
    // In blocks of frames, so that the reads of one block stay in the cache while its bands are written.
    let block = 16
    for start in stride(from: 0, to: range.count, by: block) {
      let end = min(start + block, range.count)
      for band in 0..<bandCount {
        let (mean, scale) = (statistics.mean[band], statistics.scale[band])
        for frame in start..<end {
          let value = values[(range.lowerBound + frame) * bandCount + band]
          output[band * width + frame] = (value - mean) * scale
        }
      }
    }
    guard range.count < width else { return }
    for band in 0..<bandCount {
      for frame in range.count..<width { output[band * width + frame] = 0 }
    }
  }

  /// Mean and 1 / (deviation + 10⁻⁵) of each band. The sums are in double precision: silence then has a
  /// deviation of zero, not one of rounding errors blown up by the 10⁻⁵.
  ///
  /// - Parameter range: Counted from ``startIndex``.
  private func statistics(over range: Range<Int>) -> (mean: [Float], scale: [Float]) {
    var sums = [Double](repeating: 0, count: bandCount)
    for frame in range {
      for band in 0..<bandCount { sums[band] += Double(values[frame * bandCount + band]) }
    }
    let means = sums.map { $0 / Double(max(1, range.count)) }
    var squares = [Double](repeating: 0, count: bandCount)
    for frame in range {
      for band in 0..<bandCount {
        let difference = Double(values[frame * bandCount + band]) - means[band]
        squares[band] += difference * difference
      }
    }
    let scales = squares.map { 1 / (($0 / Double(max(1, range.count - 1))).squareRoot() + 1e-5) }
    return (means.map(Float.init), scales.map(Float.init))
  }
}

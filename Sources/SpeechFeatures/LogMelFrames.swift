internal import Glibc

/// Log-mel energies before they are normalised by the utterance's statistics.
public struct LogMelFrames: Sendable, Equatable {
  /// Mel bands per frame.
  public let bandCount: Int
  /// The energies as [frames, bands], row-major: from ``startIndex`` on, and within a frame from the lowest band up.
  public private(set) var values: [Float] = []
  /// The index of the first frame that was not dropped. Frames keep their indices when earlier ones are dropped.
  public private(set) var startIndex = 0

  /// Creates an empty sequence of frames.
  ///
  /// - Parameter bandCount: Mel bands per frame, at least one.
  public init(bandCount: Int) {
    precondition(bandCount > 0)
    self.bandCount = bandCount
  }

  /// The number of frames.
  public var count: Int { values.count / bandCount }

  /// One more than the index of the last frame.
  public var endIndex: Int { startIndex + count }

  /// Drops the frames before `frame`.
  mutating func drop(before frame: Int) {
    precondition((startIndex...endIndex).contains(frame))
    // The rest is copied: readers of the earlier frames keep the old array.
    values = Array(values[((frame - startIndex) * bandCount)...])
    startIndex = frame
  }

  /// Returns the frames of a range, followed by silence so that the range has `width` frames.
  ///
  /// - Returns: The frames, and the range extended to `width`. If it is long enough already, both are unchanged.
  public func padded(_ range: Range<Int>, to width: Int) -> (frames: LogMelFrames, range: Range<Int>) {
    guard range.count < width else { return (self, range) }
    var frames = mapping(range) { $0 }
    let silence = log(LogMelExtractor.logGuard)
    frames.values.append(contentsOf: repeatElement(silence, count: (width - range.count) * bandCount))
    return (frames, range.lowerBound..<range.lowerBound + width)
  }

  /// Returns a range of frames, which keep their indices, with each value transformed.
  func mapping(_ range: Range<Int>, _ change: (Float) -> Float) -> LogMelFrames {
    var frames = LogMelFrames(bandCount: bandCount)
    frames.startIndex = range.lowerBound
    frames.values = values[
      (range.lowerBound - startIndex) * bandCount..<(range.upperBound - startIndex) * bandCount
    ]
    .map(change)
    return frames
  }

  /// Returns the mean log-mel energy of a frame, a measure of its loudness.
  public func loudness(of frame: Int) -> Float {
    let start = (frame - startIndex) * bandCount
    return values[start..<start + bandCount].reduce(0, +) / Float(bandCount)
  }

  /// Appends up to four frames, one per lane, whose energies `energy` computes band by band.
  mutating func append(_ count: Int, energy: (Int) -> Lanes) {
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: count * bandCount))
    for band in 0..<bandCount {
      let lanes = energy(band)
      for lane in 0..<count { values[start + lane * bandCount + band] = lanes[lane] }
    }
  }

  /// Writes a range of frames in the encoder's layout: band by band, each band minus its mean and divided by its
  /// standard deviation (over N - 1) + 10⁻⁵, with zeros after the last frame. NeMo's `normalize_batch` with
  /// "per_feature".
  ///
  /// An empty range gives zeros; so does a single frame, which has no deviation.
  ///
  /// - Parameters:
  ///   - range: The frames to write.
  ///   - output: [bands, width], row-major; every element is written.
  ///   - width: Frames per row, at least as many as in `range`.
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

  /// Returns the mean and 1 / (deviation + 10⁻⁵) of each band. The sums are in double precision, so that silence has a
  /// deviation of zero and not one of rounding errors that the 10⁻⁵ magnifies.
  ///
  /// - Parameter range: Frames relative to ``startIndex``.
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

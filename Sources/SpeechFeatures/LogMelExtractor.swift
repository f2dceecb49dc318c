internal import Glibc

/// A streaming extractor of log-mel energies: it takes samples in chunks of any size, and each frame is available as
/// soon as its samples are. Any chunking gives the same frames, bit for bit.
///
/// NeMo's `FilterbankFeatures` (and onnx-asr's `NemoPreprocessor`) for 16 kHz mono in [-1, 1]: pre-emphasis,
/// frames of 512 samples every 160, a symmetric Hann window of 400 in their middle, |rFFT|², mel bands,
/// ln(x + 2⁻²⁴). NeMo's per-utterance normalisation follows in ``LogMelFrames/normalize(_:into:width:)``.
public struct LogMelExtractor: Sendable {
  /// The sample rate, in hertz.
  public static let sampleRate = 16_000
  /// The distance between the beginnings of two frames, in samples.
  public static let hop = 160
  /// Frames per second.
  public static let frameRate = sampleRate / hop

  /// The constant that is added to an energy before its logarithm is taken.
  public static let logGuard: Float = 0x1p-24

  private static let fftLength = 512
  private static let windowLength = 400
  private static let preEmphasis: Float = 0.97
  /// The samples of a frame that the window covers; the frame is zero outside.
  private static let window = (fftLength - windowLength) / 2..<(fftLength + windowLength) / 2

  /// The complete frames.
  public private(set) var frames: LogMelFrames
  /// The number of samples appended so far.
  public private(set) var sampleCount = 0

  private let hann: [Float]
  private let filterbank: MelFilterbank
  private var spectrum: PowerSpectrum
  private var power: [Lanes]
  /// Pre-emphasised samples from the beginning of the next frame onwards.
  private var pending: [Float]
  private var previousSample: Float = 0

  /// Creates an extractor for one utterance.
  ///
  /// - Parameter bandCount: The number of mel bands that the encoder expects (80 or 128).
  public init(bandCount: Int) {
    frames = LogMelFrames(bandCount: bandCount)
    let length = Self.windowLength
    hann = (0..<length).map { index in
      Float(0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(length - 1)))
    }
    filterbank = MelFilterbank(
      bandCount: bandCount, fftLength: Self.fftLength, sampleRate: Double(Self.sampleRate))
    spectrum = PowerSpectrum(length: Self.fftLength)
    power = Array(repeating: .zero, count: Self.fftLength / 2 + 1)
    // The utterance is padded by half a frame of zeros: frame t is centred on sample 160 t.
    pending = Array(repeating: 0, count: Self.fftLength / 2)
  }

  /// The centre frequency of each of `bandCount` mel bands, in hertz.
  public static func centers(bandCount: Int) -> [Double] {
    Array(MelFilterbank.edges(bandCount: bandCount, sampleRate: Double(sampleRate))[1...bandCount])
  }

  /// Appends the next samples of the utterance, mono at ``sampleRate`` in [-1, 1].
  public mutating func append(_ samples: Span<Float>) {
    sampleCount += samples.count
    pending.reserveCapacity(pending.count + samples.count)
    for index in 0..<samples.count {
      let sample = samples[index]
      pending.append(sample - Self.preEmphasis * previousSample)
      previousSample = sample
    }
    let complete = (pending.count - Self.window.upperBound) / Self.hop + 1
    if pending.count >= Self.window.upperBound { extract(complete) }
  }

  /// Returns the frames of the utterance if it ended here: one for each full hop, with zeros in place of the samples
  /// that the last ones lack. The extractor is unchanged and accepts further samples.
  ///
  /// - Parameter minimum: The minimum number of frames; a shorter utterance is padded with silence.
  public func finished(minimum: Int = 0) -> LogMelFrames {
    var ended = self
    let missing = max(sampleCount / Self.hop, minimum) - frames.endIndex
    guard missing > 0 else { return frames }
    let needed = (missing - 1) * Self.hop + Self.window.upperBound
    ended.pending.append(contentsOf: repeatElement(0, count: max(0, needed - pending.count)))
    ended.extract(missing)
    return ended.frames
  }

  /// Drops the complete frames before `frame`; later frames keep their indices.
  public mutating func drop(before frame: Int) {
    frames.drop(before: frame)
  }

  /// The number of frames that the utterance would have if it ended here.
  public var frameCount: Int { sampleCount / Self.hop }

  /// Computes the next `count` frames, four at a time, and drops samples that no later frame needs.
  private mutating func extract(_ count: Int) {
    var done = 0
    while done < count {
      let group = min(Lanes.scalarCount, count - done)
      extractGroup(group, from: done * Self.hop)
      done += group
    }
    pending.removeFirst(count * Self.hop)
  }

  private mutating func extractGroup(_ count: Int, from start: Int) {
    pending.withUnsafeBufferPointer { pending in
      hann.withUnsafeBufferPointer { hann in
        spectrum.compute(into: &power) { frame in
          for index in frame.indices { frame[index] = .zero }
          for lane in 0..<count {
            let first = start + lane * Self.hop
            for index in Self.window {
              frame[index][lane] = pending[first + index] * hann[index - Self.window.lowerBound]
            }
          }
        }
      }
    }
    frames.append(count) { band in
      let band = filterbank.bands[band]
      return power.withUnsafeBufferPointer { power in
        filterbank.weights.withUnsafeBufferPointer { weights in
          var energy = Lanes.zero
          var bin = band.firstBin
          for index in band.range {
            energy += power[bin] * weights[index]
            bin += 1
          }
          energy += Self.logGuard
          for lane in 0..<count { energy[lane] = log(energy[lane]) }
          return energy
        }
      }
    }
  }
}

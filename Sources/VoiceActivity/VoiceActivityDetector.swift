public import SpeechFeatures

/// Finds speech in log-mel frames while they arrive: those that the encoder reads, so that it costs next to nothing.
///
/// What it says of a frame depends on this frame and earlier ones only, never on how the audio was cut into chunks.
/// Sound counts where bands are louder than the noise floor (the quietest moment of the last seconds). It is speech
/// once there was enough of it whose spectrum changes as a voice's does; hum, noise and tones do not. From then on
/// all sound is speech, until there is a pause. Where speech begins is found in retrospect: as far back as there
/// was sound, judged with the noise floor that is known by now.
public struct VoiceActivityDetector: Sendable {
  /// Samples a second.
  public static let sampleRate = LogMelExtractor.sampleRate
  /// Samples a frame.
  public static let hop = LogMelExtractor.hop

  /// What was found so far.
  public private(set) var activity = VoiceActivity()

  private let settings: VoiceActivitySettings
  private let bands: SpeechBands
  private let bandCount: Int
  private let hangOver: Int
  private let onset: Float
  private let onsetAgain: Float

  private var frameCount = 0
  private var floorWindow: SlidingMinimum
  /// Energies of the mel bands in the last frames, frame t in row t modulo their number.
  private var rows: [Bands]
  private var scratch: [Bands]
  /// Levels of the bands of speech in the last frames, likewise.
  private var recent: [Bands]
  /// The same, smoothed.
  private var history: [Bands]
  /// Frames' worth of change that a voice may have made.
  private var evidence: Float = 0
  private var isSpeaking = false

  /// Frames over which levels are smoothed: against the noise floor, and to find it.
  private static let smoothing = (level: 3, floor: 6)
  /// Frames over which changes are looked at: of the mel bands, and of the bands of speech.
  private static let lag = (mel: 4, band: 7)
  /// Frames that are looked back at to find where speech begins.
  private static let lookBack = 200
  /// A band counts at most this much, in dB, so that speech must show in more than one or for longer.
  private static let mostPerBand: Float = 12
  /// The sum over the bands, in dB, from which a frame is sound.
  private static let sound: Float = 3
  /// Fewer audible mel bands tell nothing of a change.
  private static let fewestAudible: Float = 4
  /// The share of all mel bands from which sound is broad, which tones seldom are.
  private static let broad: Float = 0.6
  /// A greater mean change, in dB, of sound that is not broad is one note's end and another's beginning.
  private static let cut: Float = 14
  /// If more than this share of the audible mel bands is steady, it is a tone.
  private static let tonal: Float = 0.5
  /// A smaller mean change of the audible bands of speech, in dB, is noise that has been there for a while.
  private static let stationary: Float = 2.5
  /// What a frame of each kind takes from the evidence; one that changes adds 1.
  private static let loss: (tone: Float, noise: Float, quiet: Float) = (1.25, 0.3, 0.25)
  private static let mostEvidence: Float = 20

  /// - Parameter bandCount: Mel bands of the frames to come.
  public init(bandCount: Int, settings: VoiceActivitySettings = .standard) {
    precondition(bandCount >= Bands.scalarCount)
    self.settings = settings
    self.bandCount = bandCount
    bands = SpeechBands(bandCount: bandCount)
    let rate = Double(LogMelExtractor.frameRate)
    hangOver = Int((settings.hangOver * rate).rounded())
    onset = Float(settings.onset * rate)
    onsetAgain = Float(settings.onset * rate) / 2
    floorWindow = SlidingMinimum(length: max(1, Int((settings.floorWindow * rate).rounded())))
    rows = Array(repeating: .zero, count: (Self.lag.mel + 1) * bands.chunks.count)
    scratch = Array(repeating: .zero, count: 2 * bands.chunks.count)
    recent = Array(repeating: .zero, count: Self.smoothing.floor)
    history = Array(repeating: .zero, count: Self.lookBack)
  }

  /// What of the utterance is to be transcribed, if nothing more came; nil if nobody spoke.
  ///
  /// - Parameter sampleCount: The samples that came in.
  public func span(sampleCount: Int) -> SpeechSpan? {
    SpeechSpan(activity, sampleCount: sampleCount, settings: settings)
  }

  /// Reads those frames that it has not read yet.
  ///
  /// - Parameter frames: All complete frames from the beginning on, as ``LogMelExtractor/frames`` has them.
  public mutating func follow(_ frames: LogMelFrames) {
    precondition(frames.bandCount == bandCount)
    frames.values.withUnsafeBufferPointer { values in
      while frameCount < frames.count {
        read(UnsafeBufferPointer(rebasing: values[frameCount * bandCount..<(frameCount + 1) * bandCount]))
      }
    }
    activity.judgedSampleCount = frameCount * Self.hop
  }

  private mutating func read(_ frame: UnsafeBufferPointer<Float>) {
    let time = frameCount
    frameCount += 1
    store(frame, at: time)
    let level = mean(ofLast: Self.smoothing.level, at: time)
    history[time % Self.lookBack] = level
    let floor = floorWindow.add(mean(ofLast: Self.smoothing.floor, at: time))
    let isSound = loudness(level, above: floor) > Self.sound
    evidence += isSound ? vote(at: time, level: level, floor: floor) : -Self.loss.quiet
    evidence = min(max(evidence, 0), Self.mostEvidence)
    judge(time, isSound: isSound, floor: floor)
  }

  private mutating func judge(_ time: Int, isSound: Bool, floor: Bands) {
    let last = activity.segments.count - 1
    if isSpeaking {
      let end = activity.segments[last].upperBound / Self.hop
      if isSound {
        activity.segments[last] = activity.segments[last].lowerBound..<(time + 1) * Self.hop
      } else if time - end >= hangOver {
        isSpeaking = false
        evidence = 0
      }
    } else if isSound, evidence >= (last < 0 ? onset : onsetAgain) {
      isSpeaking = true
      let start = beginning(of: time, floor: floor) * Self.hop
      if last >= 0, start - activity.segments[last].upperBound <= hangOver * Self.hop {
        activity.segments[last] = activity.segments[last].lowerBound..<(time + 1) * Self.hop
      } else {
        activity.segments.append(start..<(time + 1) * Self.hop)
      }
    }
  }

  /// The first frame of the sound to which this one belongs.
  private func beginning(of time: Int, floor: Bands) -> Int {
    var start = time
    var candidate = time - 1
    let oldest = max(0, time - Self.lookBack + 1)
    while candidate >= oldest, start - candidate <= hangOver {
      if loudness(history[candidate % Self.lookBack], above: floor) > Self.sound { start = candidate }
      candidate -= 1
    }
    return start
  }

  /// How far the bands are above the floor and the margin: the sum, in dB.
  private func loudness(_ level: Bands, above floor: Bands) -> Float {
    (level - floor - Float(settings.margin)).clamped(
      lowerBound: .zero, upperBound: Bands(repeating: Self.mostPerBand)
    ).sum()
  }

  /// What a frame of sound says for or against a voice.
  private mutating func vote(at time: Int, level: Bands, floor: Bands) -> Float {
    let threshold = floor + Float(settings.margin)
    let change = spectralChange(at: time, threshold: Decibels.energy(threshold))
    let isBroad = change.audible >= Self.broad * Float(bands.memberCount)
    if change.audible < Self.fewestAudible || (change.mean > Self.cut && !isBroad) { return 0 }
    if change.steady > Self.tonal { return -Self.loss.tone }
    let before = history[max(0, time - Self.lag.band) % Self.lookBack]
    let isAudible = (level .> threshold) .| (before .> threshold)
    let difference = level - before
    let changes = Bands.zero.replacing(with: difference, where: isAudible)
    let count = Bands.zero.replacing(with: 1, where: isAudible).sum()
    let isMoving = (changes.replacing(with: -changes, where: changes .< 0)).sum() >= Self.stationary * count
    return isMoving ? 1 : -Self.loss.noise
  }

  private mutating func spectralChange(at time: Int, threshold: Bands) -> SpectralChange {
    let count = bands.chunks.count
    let rowCount = Self.lag.mel + 1
    let now = time % rowCount * count
    let before = max(0, time - Self.lag.mel) % rowCount * count
    return bands.chunks.withUnsafeBufferPointer { chunks in
      rows.withUnsafeBufferPointer { rows in
        scratch.withUnsafeMutableBufferPointer { scratch in
          SpectralChange(
            from: UnsafeBufferPointer(rebasing: rows[before..<before + count]),
            to: UnsafeBufferPointer(rebasing: rows[now..<now + count]), chunks: chunks,
            threshold: threshold, scratch: scratch)
        }
      }
    }
  }

  private mutating func store(_ frame: UnsafeBufferPointer<Float>, at time: Int) {
    let count = bands.chunks.count
    let row = time % (Self.lag.mel + 1) * count
    recent[time % Self.smoothing.floor] = rows.withUnsafeMutableBufferPointer { rows in
      bands.levels(of: frame, into: UnsafeMutableBufferPointer(rebasing: rows[row..<row + count]))
    }
  }

  /// The mean level over the last frames, or over all if there are fewer.
  private func mean(ofLast count: Int, at time: Int) -> Bands {
    let first = max(0, time - count + 1)
    var sum = Bands.zero
    for index in first...time { sum += recent[index % Self.smoothing.floor] }
    return sum / Float(time - first + 1)
  }
}

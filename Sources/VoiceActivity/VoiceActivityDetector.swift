public import SpeechFeatures

/// Finds speech in log-mel frames while they arrive: those that the encoder reads, so that it costs next to nothing.
///
/// What it says of a frame depends on this frame and earlier ones only, never on how the audio was cut into chunks.
/// Sound counts where bands are louder than the noise floor (the quietest moment of the last seconds, or that of
/// sound that keeps its spectrum). It is speech once there was enough of it whose spectrum changes as a voice's does;
/// hum, noise and tones do not. From then on all sound is speech, until there is a pause. Where speech begins is found
/// in retrospect: as far back as there was sound, judged with the noise floor that is known by now. So is its end
/// where noise became louder: at most some 0.4 s are taken back.
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
  /// Frames.
  private let hangOver: Int
  /// The evidence, in frames, that speech needs; half of it when somebody has spoken before.
  private let onset: Float

  private var frameCount = 0
  private var floor: NoiseFloor
  /// Energies of the mel bands in the last frames, frame t in row t modulo their number.
  private var rows: [Bands]
  private var scratch: [Bands]
  /// Levels of the bands of speech in the last frames, likewise.
  private var recent: [Bands]
  /// The same, smoothed.
  private var history: [Bands]
  /// Whether the last frames were sound, likewise.
  private var wasSound: [Bool]
  private var evidence = SpeechEvidence()
  private var isSpeaking = false

  /// Frames over which levels are smoothed: against the noise floor, and to find it.
  private static let smoothing = (level: 3, floor: 6)
  /// Frames over which changes are looked at: of the mel bands, and of the bands of speech.
  private static let lag = (mel: 4, band: 7)
  /// Frames that are looked back at to find where speech begins: speech that is found now may begin as far back.
  public static let hindsight = 200
  /// Frames in which one noise becomes another, and those of which it may seem to be speech.
  private static let transition = (usual: 5, longest: 10)
  /// A band counts at most this much, in dB, so that speech must show in more than one or for longer.
  private static let mostPerBand: Float = 12
  /// The sum over the bands, in dB, from which a frame is sound.
  private static let sound: Float = 3

  /// - Parameter bandCount: Mel bands of the frames to come.
  public init(bandCount: Int, settings: VoiceActivitySettings = .standard) {
    precondition(bandCount >= Bands.scalarCount)
    self.settings = settings
    self.bandCount = bandCount
    bands = SpeechBands(bandCount: bandCount)
    let rate = Double(LogMelExtractor.frameRate)
    hangOver = Int((settings.hangOver * rate).rounded())
    onset = Float(settings.onset * rate)
    floor = NoiseFloor(length: max(1, Int((settings.floorWindow * rate).rounded())))
    rows = Array(repeating: .zero, count: (Self.lag.mel + 1) * bands.chunks.count)
    scratch = Array(repeating: .zero, count: 2 * bands.chunks.count)
    recent = Array(repeating: .zero, count: Self.smoothing.floor)
    history = Array(repeating: .zero, count: Self.hindsight)
    wasSound = Array(repeating: false, count: Self.hindsight)
  }

  /// What of the utterance is to be transcribed, if nothing more came; nil if nobody spoke.
  ///
  /// - Parameter sampleCount: The samples that came in.
  public func span(sampleCount: Int) -> SpeechSpan? {
    SpeechSpan(activity, sampleCount: sampleCount, settings: settings)
  }

  /// Reads those frames that it has not read yet.
  ///
  /// - Parameter frames: All complete frames, as ``LogMelExtractor/frames`` has them; those that were read may be gone.
  public mutating func follow(_ frames: LogMelFrames) {
    precondition(frames.bandCount == bandCount && frames.startIndex <= frameCount)
    frames.values.withUnsafeBufferPointer { values in
      while frameCount < frames.endIndex {
        let start = (frameCount - frames.startIndex) * bandCount
        read(UnsafeBufferPointer(rebasing: values[start..<start + bandCount]))
      }
    }
    activity.judgedSampleCount = frameCount * Self.hop
  }

  private mutating func read(_ frame: UnsafeBufferPointer<Float>) {
    let time = frameCount
    frameCount += 1
    store(frame, at: time)
    let level = mean(ofLast: Self.smoothing.level, at: time)
    history[time % Self.hindsight] = level
    // The first frame alone is no floor: it may be quiet by chance.
    floor.hear(mean(ofLast: Self.smoothing.floor, at: time), counts: time + 1 >= Self.smoothing.level)
    if isSound(level), let steady = SteadySound.floor(of: history, at: time), floor.raise(to: steady) {
      shortenSpeech(at: time)
    }
    let isSound = isSound(level)
    wasSound[time % Self.hindsight] = isSound
    if isSound {
      let threshold = floor.level + Float(settings.margin)
      let before = history[max(0, time - Self.lag.band) % Self.hindsight]
      evidence.hear(
        spectralChange(at: time, threshold: Decibels.energy(threshold)), of: bands.memberCount,
        levels: (before, level), threshold: threshold)
    } else {
      evidence.hearNothing()
    }
    judge(time, isSound: isSound)
  }

  private mutating func judge(_ time: Int, isSound: Bool) {
    let end = activity.speechEnd.map { $0 / Self.hop }
    if isSpeaking, let end {
      if isSound {
        extendSpeech(to: time)
      } else if time - end >= hangOver {
        isSpeaking = false
        evidence.forget()
      }
    } else if isSound, evidence.frames >= (end == nil ? onset : onset / 2) {
      isSpeaking = true
      let start = beginning(of: time)
      if let end, start - end <= hangOver {
        extendSpeech(to: time)
      } else {
        activity.segments.append(start * Self.hop..<(time + 1) * Self.hop)
      }
    }
  }

  private mutating func extendSpeech(to time: Int) {
    guard let segment = activity.segments.popLast() else { return }
    activity.segments.append(segment.lowerBound..<(time + 1) * Self.hop)
  }

  /// Takes back what was not speech but louder noise, with the floor that is known by now.
  private mutating func shortenSpeech(at time: Int) {
    guard isSpeaking, let segment = activity.segments.popLast() else { return }
    let start = segment.lowerBound / Self.hop
    let end = min(endOfSound(at: time, since: start), segment.upperBound / Self.hop)
    guard end - start > Self.transition.longest else {
      isSpeaking = false
      evidence.forget()
      return
    }
    activity.segments.append(segment.lowerBound..<end * Self.hop)
  }

  /// The frame behind the last one that was sound; those since the noise became louder are judged anew.
  private mutating func endOfSound(at time: Int, since start: Int) -> Int {
    let oldest = max(start, time - Self.hindsight + 1)
    var quieter = 0
    for frame in stride(from: time, through: oldest, by: -1) {
      let row = frame % Self.hindsight
      if quieter < Self.transition.usual {
        quieter = floor.isAbove(history[row]) ? quieter + 1 : 0
        wasSound[row] = isSound(history[row])
      }
      if wasSound[row] { return frame + 1 }
    }
    return oldest
  }

  /// The first frame of the sound to which this one belongs.
  private func beginning(of time: Int) -> Int {
    var start = time
    var candidate = time - 1
    let oldest = max(0, time - Self.hindsight + 1)
    while candidate >= oldest, start - candidate <= hangOver {
      if isSound(history[candidate % Self.hindsight]) {
        if isLouderNoise(before: candidate, since: oldest) { break }
        start = candidate
      }
      candidate -= 1
    }
    return start
  }

  /// Whether what ended with a frame was noise that has become quieter since: steady for longer than a vowel.
  private func isLouderNoise(before frame: Int, since oldest: Int) -> Bool {
    let middle = frame - SteadySound.length
    guard middle >= oldest + SteadySound.length, let last = SteadySound.floor(of: history, at: frame),
      let first = SteadySound.floor(of: history, at: middle)
    else { return false }
    return floor.isOutdone(by: last) && floor.isOutdone(by: first)
  }

  /// Whether the bands are far enough above the floor and the margin.
  private func isSound(_ level: Bands) -> Bool {
    (level - floor.level - Float(settings.margin)).clamped(
      lowerBound: .zero, upperBound: Bands(repeating: Self.mostPerBand)
    ).sum() > Self.sound
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

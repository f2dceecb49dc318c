public import SpeechFeatures

/// A streaming speech detector over the log-mel frames that the encoder reads, which makes it nearly free.
///
/// The result for a frame depends on this frame and earlier ones only, never on how the audio was cut into chunks.
/// A frame is sound if its bands are louder than the noise floor (the minimum of the last seconds, or that of sound
/// that keeps its spectrum). Sound is speech once enough of it changes its spectrum as a voice does; hum, noise and
/// tones do not. From then on all sound is speech until there is a pause. The beginning of speech is found in
/// retrospect: as far back as there was sound, judged by the present noise floor. So is its end where noise became
/// louder: at most some 0.4 s are withdrawn.
public struct VoiceActivityDetector: Sendable {
  /// The sample rate, in hertz.
  public static let sampleRate = LogMelExtractor.sampleRate
  /// Samples per frame.
  public static let hop = LogMelExtractor.hop

  /// The speech found so far.
  public private(set) var activity = VoiceActivity()

  private let settings: VoiceActivitySettings
  private let bands: SpeechBands
  private let bandCount: Int
  /// The quiet that belongs to speech, in frames.
  private let hangOver: Int
  /// The evidence required for speech, in frames; half of it once there has been speech.
  private let onset: Float

  private var frameCount = 0
  private var floor: NoiseFloor
  /// Energies of the mel bands in the last frames: frame t in row t modulo the row count.
  private var rows: [Bands]
  private var scratch: [Bands]
  /// Levels of the speech bands in the last frames, likewise.
  private var recent: [Bands]
  /// Smoothed levels of the speech bands, likewise.
  private var history: [Bands]
  /// True for each of the last frames that was sound, likewise.
  private var wasSound: [Bool]
  private var evidence = SpeechEvidence()
  private var isSpeaking = false
  private var leadingVoice = LeadingVoice()

  /// Frames over which levels are smoothed: for the comparison with the noise floor, and to find the floor.
  private static let smoothing = (level: 3, floor: 6)
  /// Frames over which changes are measured: of the mel bands, and of the speech bands.
  private static let lag = (mel: 4, band: 7)
  /// The look-back, in frames, for the beginning of speech: speech detected now can begin this much earlier.
  public static let hindsight = 200
  /// Frames in which one noise becomes another, and the most of them that can look like speech.
  private static let transition = (usual: 5, longest: 10)
  /// The maximum contribution of a band, in dB, so that speech must show in more than one band or for longer.
  private static let maximumPerBand: Float = 12
  /// The sum over the bands, in dB, from which a frame is sound.
  private static let sound: Float = 3

  /// Creates a detector for one utterance.
  ///
  /// - Parameters:
  ///   - bandCount: The number of mel bands of the frames, at least eight.
  ///   - settings: The thresholds and pads.
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

  /// Returns the part of the utterance to transcribe if it ended here; `nil` if there was no speech.
  ///
  /// - Parameter sampleCount: The number of samples received.
  public func span(sampleCount: Int) -> SpeechSpan? {
    SpeechSpan(activity, sampleCount: sampleCount, settings: settings)
  }

  /// Processes the frames that it has not processed yet.
  ///
  /// - Parameter frames: All complete frames (``LogMelExtractor/frames``), except that processed ones may be dropped.
  public mutating func process(_ frames: LogMelFrames) {
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
    leadingVoice.add(recent[time % Self.smoothing.floor])
    let level = mean(ofLast: Self.smoothing.level, at: time)
    history[time % Self.hindsight] = level
    // The first frame alone cannot set the floor: it can be quiet by chance.
    floor.update(mean(ofLast: Self.smoothing.floor, at: time), counts: time + 1 >= Self.smoothing.level)
    if isSound(level), let steady = SteadySound.floor(of: history, at: time), floor.raise(to: steady) {
      shortenSpeech(at: time)
    }
    let isSound = isSound(level)
    wasSound[time % Self.hindsight] = isSound
    if isSound {
      let threshold = floor.level + Float(settings.margin)
      let before = history[max(0, time - Self.lag.band) % Self.hindsight]
      evidence.addSound(
        spectralChange(at: time, threshold: Decibels.energy(threshold)), of: bands.memberCount,
        levels: (before, level), threshold: threshold)
    } else {
      evidence.addQuiet()
    }
    judge(time, isSound: isSound)
    if isSound { activity.soundEnd = (time + 1) * Self.hop }
    if isSound, isSpeaking {
      let isHeard = leadingVoice.isHeard()
      if isHeard.syllable { activity.voiceEnd = activity.speechEnd }
      if isHeard.moment { activity.loudEnd = activity.speechEnd }
    }
  }

  private mutating func judge(_ time: Int, isSound: Bool) {
    let end = activity.speechEnd.map { $0 / Self.hop }
    if isSpeaking, let end {
      if isSound {
        extendSpeech(to: time)
      } else if time - end >= hangOver {
        isSpeaking = false
        evidence.reset()
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

  /// Withdraws the end of the segment that the raised floor shows to be louder noise.
  private mutating func shortenSpeech(at time: Int) {
    guard isSpeaking, let segment = activity.segments.popLast() else { return }
    let start = segment.lowerBound / Self.hop
    let end = min(endOfSound(at: time, since: start), segment.upperBound / Self.hop)
    guard end - start > Self.transition.longest else {
      isSpeaking = false
      evidence.reset()
      return
    }
    activity.segments.append(segment.lowerBound..<end * Self.hop)
  }

  /// Returns the frame after the last one that was sound; frames since the noise became louder are judged again.
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

  /// Returns the first frame of the sound that contains frame `time`.
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

  /// True if the sound that ended with `frame` was noise, quieter since then: it was steady for longer than a vowel.
  private func isLouderNoise(before frame: Int, since oldest: Int) -> Bool {
    let middle = frame - SteadySound.length
    guard middle >= oldest + SteadySound.length, let last = SteadySound.floor(of: history, at: frame),
      let first = SteadySound.floor(of: history, at: middle)
    else { return false }
    return floor.isExceeded(by: last) && floor.isExceeded(by: first)
  }

  /// True if the bands exceed the floor by enough more than the margin.
  private func isSound(_ level: Bands) -> Bool {
    (level - floor.level - Float(settings.margin)).clamped(
      lowerBound: .zero, upperBound: Bands(repeating: Self.maximumPerBand)
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

  /// Returns the mean level over the last `count` frames, or over all if there are fewer.
  private func mean(ofLast count: Int, at time: Int) -> Bands {
    let first = max(0, time - count + 1)
    var sum = Bands.zero
    for index in first...time { sum += recent[index % Self.smoothing.floor] }
    return sum / Float(time - first + 1)
  }
}

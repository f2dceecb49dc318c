internal import Concurrency
internal import Devices
internal import Endpointing
internal import SpeechFeatures

/// The audio of an utterance, processed as it arrives: each piece extends the log-mel frames, the speech found in them
/// and the windows. Frames that no window will need any more are dropped.
struct Utterance: Sendable {
  private var extractor: LogMelExtractor
  private var tracker: SpeechTracker
  /// `nil` until the longest window is known.
  private var plan: WindowPlan?
  /// The time spent on features so far, in seconds.
  private(set) var featureSeconds = 0.0

  init(extractor: LogMelExtractor, _ settings: ListeningSettings) {
    self.extractor = extractor
    tracker = SpeechTracker(settings, bandCount: extractor.frames.bandCount)
  }

  /// The frame after the last speech that belongs to the utterance; `nil` if all speech does.
  var cut: Int?

  /// The feature frames that a window may still need.
  var frames: LogMelFrames { extractor.frames }

  /// The speech so far.
  var progress: SpeechProgress { tracker.progress }

  /// The number of samples so far.
  var sampleCount: Int { extractor.sampleCount }

  /// The duration of the audio so far, in seconds.
  var seconds: Double { Double(sampleCount) / Double(LogMelExtractor.sampleRate) }

  /// Returns the time of a feature frame from the beginning, in seconds.
  static func seconds(_ frame: Int) -> Double { Double(frame) / Double(LogMelExtractor.frameRate) }

  /// Appends samples: 16 kHz, mono, in [-1, 1].
  mutating func append(_ samples: [Float]) {
    let clock = ContinuousClock()
    let start = clock.now
    extractor.append(samples.span)
    tracker.follow(extractor.frames)
    featureSeconds += (clock.now - start).seconds
  }

  /// Takes the next window if it is certain, that is, no later audio can change it.
  ///
  /// - Parameter limit: The most frames of a window; the same at each call.
  mutating func nextWindow(limit: Int) -> WindowFrames? {
    var plan = self.plan ?? WindowPlan(limit: limit)
    let speech = tracker.speech(in: extractor, isEnded: false)
    let window = plan.next(speech, extractor.frames)
    self.plan = plan
    guard let window else {
      dropFrames(before: plan.needed(speech))
      return nil
    }
    return WindowFrames(window: window, frames: extractor.frames)
  }

  /// Returns the remaining windows if the utterance ends now.
  func lastWindows(limit: Int) -> [WindowFrames] {
    guard extractor.sampleCount > 0 else { return [] }
    let windows = lastWindows(of: plan ?? WindowPlan(limit: limit), cut: cut)
    guard !windows.isEmpty else { return [] }
    let frames = extractor.finished(minimum: WindowPlan.shortest)
    return windows.map { WindowFrames(window: $0, frames: frames) }
  }

  /// Returns the remaining windows if the utterance ends now; `nil` if more silence would change them, or if frames of
  /// them are missing.
  ///
  /// - Parameter cut: The frame after the last speech that would belong to it; `nil` if all speech would.
  func settledWindows(limit: Int, cut: Int? = nil) -> [Window]? {
    guard tracker.isSettled(cut: cut), extractor.sampleCount > 0 else { return nil }
    let plan = self.plan ?? WindowPlan(limit: limit)
    let windows = lastWindows(of: plan, cut: cut)
    guard let last = windows.last, plan.isComplete(last), last.frames.upperBound <= extractor.frames.endIndex
    else { return nil }
    return windows
  }

  private func lastWindows(of plan: WindowPlan, cut: Int?) -> [Window] {
    var plan = plan
    var windows: [Window] = []
    let speech = tracker.speech(in: extractor, isEnded: true, cut: cut)
    while let window = plan.next(speech, extractor.frames) { windows.append(window) }
    return windows
  }

  /// Drops frames, in steps of a few seconds because the remaining ones are copied.
  private mutating func dropFrames(before frame: Int) {
    guard frame - extractor.frames.startIndex >= 500 else { return }
    extractor.drop(before: min(frame, extractor.frames.endIndex))
  }
}

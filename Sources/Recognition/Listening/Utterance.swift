internal import Concurrency
internal import Devices
internal import SpeechFeatures

/// What somebody says, while it comes in: its log-mel frames are computed with each piece of audio, where he speaks, and
/// how that is cut into windows. Frames that no window will need any more are dropped.
struct Utterance: Sendable {
  private var extractor: LogMelExtractor
  private var watch: SpeechTracker
  /// `nil` until it is known how long a window may be.
  private var plan: WindowPlan?
  /// Seconds that went into the features so far.
  private(set) var featureSeconds = 0.0

  init(extractor: LogMelExtractor, _ settings: ListeningSettings) {
    self.extractor = extractor
    watch = SpeechTracker(settings, bandCount: extractor.frames.bandCount)
  }

  /// Seconds of audio that came in.
  var seconds: Double { Double(extractor.sampleCount) / Double(LogMelExtractor.sampleRate) }

  /// Seconds up to a feature frame.
  static func seconds(_ frame: Int) -> Double { Double(frame) / Double(LogMelExtractor.frameRate) }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  mutating func append(_ samples: [Float]) {
    let clock = ContinuousClock()
    let start = clock.now
    extractor.append(samples.span)
    watch.follow(extractor.frames)
    featureSeconds += (clock.now - start).seconds
  }

  /// Takes the next window, if one is certain: nothing that comes later changes it.
  ///
  /// - Parameter limit: The most frames of a window; the same at each call.
  mutating func nextWindow(limit: Int) -> WindowFrames? {
    var plan = self.plan ?? WindowPlan(limit: limit)
    let speech = watch.speech(in: extractor, isEnded: false)
    let window = plan.next(speech, extractor.frames)
    self.plan = plan
    guard let window else {
      dropFrames(before: plan.needed(speech))
      return nil
    }
    return WindowFrames(window: window, frames: extractor.frames)
  }

  /// The windows of all that was not taken, if the utterance ends now.
  func lastWindows(limit: Int) -> [WindowFrames] {
    guard extractor.sampleCount > 0 else { return [] }
    let windows = lastWindows(of: plan ?? WindowPlan(limit: limit))
    guard !windows.isEmpty else { return [] }
    let frames = extractor.finished(minimum: WindowPlan.shortest)
    return windows.map { WindowFrames(window: $0, frames: frames) }
  }

  /// The same, and `nil` unless they stay as they are while silence follows, and all their frames are there.
  func settledWindows(limit: Int) -> [Window]? {
    guard watch.isSettled, extractor.sampleCount > 0 else { return nil }
    let plan = self.plan ?? WindowPlan(limit: limit)
    let windows = lastWindows(of: plan)
    guard let last = windows.last, plan.isComplete(last), last.frames.upperBound <= extractor.frames.endIndex
    else { return nil }
    return windows
  }

  private func lastWindows(of plan: WindowPlan) -> [Window] {
    var plan = plan
    var windows: [Window] = []
    let speech = watch.speech(in: extractor, isEnded: true)
    while let window = plan.next(speech, extractor.frames) { windows.append(window) }
    return windows
  }

  /// In steps of a few seconds: what is left is copied.
  private mutating func dropFrames(before frame: Int) {
    guard frame - extractor.frames.startIndex >= 500 else { return }
    extractor.drop(before: min(frame, extractor.frames.endIndex))
  }
}

internal import Devices
internal import Diagnosis
internal import Recognition
internal import SpeechEngine

/// The measurements of each backend.
struct BenchPlan: Sendable {
  let recordings: [BenchRecording]
  /// The self-test that proves which device executes.
  let test: SelfTest
  let runs: Int
  /// The number of warm-up runs before the measured ones.
  let warmUp: Int
  /// The pause before each cold run, in seconds; `nil` for no cold runs.
  let idleSeconds: Double?
  /// The silence after a recording that is streamed in real time, in seconds; `nil` if none is streamed.
  let trailingSilence: Double?
  let language: String?
  /// The energy meter; `nil` if energy cannot be measured.
  let meter: EnergyMeter?
  let idlePower: IdlePower
  let npuBusyTime: NPUBusyTime
  /// Called with each message for the waiting user.
  let onMessage: @Sendable (String) -> Void

  /// The number of cold runs, which only the first recording gets.
  static let coldRuns = 3

  /// The number of utterances of one backend: the unit of progress.
  var utterances: Int {
    1 + recordings.count * (warmUp + runs) + (idleSeconds == nil ? 0 : Self.coldRuns)
  }
}

/// Shows the progress of the measurement.
@MainActor final class BenchProgress {
  private let total: Int
  private let isShown: Bool
  private var done = 0

  /// - Parameters:
  ///   - total: The number of utterances.
  ///   - isShown: False to show nothing.
  init(total: Int, isShown: Bool) {
    self.total = total
    self.isShown = isShown
  }

  /// Shows the progress with the current step as its label.
  func show(_ label: String) {
    ProgressBar(label: label, isShown: isShown).show(min(Double(done) / Double(total), 1))
  }

  /// Counts an utterance as done.
  func step() { done += 1 }

  func clear() { ProgressBar(label: "", isShown: isShown).clear() }
}

internal import Devices
internal import Diagnosis
internal import Recognition
internal import SpeechEngine

/// What is measured of each backend.
struct BenchPlan: Sendable {
  let recordings: [BenchRecording]
  /// What proves which device executes.
  let test: SelfTest
  let runs: Int
  /// Runs before those that count.
  let warmUp: Int
  /// Seconds to wait before runs that are to be cold; `nil` for none.
  let idleSeconds: Double?
  /// Seconds of silence behind a recording that is streamed in real time; `nil` if none is.
  let trailingSilence: Double?
  let language: String?
  /// `nil` where energy cannot be measured.
  let meter: EnergyMeter?
  let idlePower: IdlePower
  let npuBusyTime: NPUBusyTime
  /// Takes what a person who waits wants to know.
  let tell: @Sendable (String) -> Void

  /// Runs after a pause; only of the first recording.
  static let coldRuns = 3

  /// Utterances of one backend: what progress is counted in.
  var utterances: Int {
    1 + recordings.count * (warmUp + runs) + (idleSeconds == nil ? 0 : Self.coldRuns)
  }
}

/// Tells a person how far it is.
@MainActor final class BenchProgress {
  private let total: Int
  private let isShown: Bool
  private var done = 0

  /// - Parameter total: Utterances.
  init(total: Int, isShown: Bool) {
    self.total = total
    self.isShown = isShown
  }

  /// - Parameter label: What is done now.
  func show(_ label: String) {
    ProgressBar(label: label, isShown: isShown).show(min(Double(done) / Double(total), 1))
  }

  /// An utterance is done.
  func step() { done += 1 }

  func clear() { ProgressBar(label: "", isShown: isShown).clear() }
}

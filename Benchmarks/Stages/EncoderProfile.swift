import CProcessorPeaks
import Devices
import Inference
import ModelStore
internal import Parakeet
import Recognition
import SpeechFeatures

/// The encoder's time by kind of operation for one length, beside what the processor can do at best.
struct EncoderProfile: Encodable {
  /// The encoder's frames.
  let frames: Int
  /// The times of whole runs, without OpenVINO's stopwatches, each with a new length.
  var times: [Double] = []
  /// The times by kind of operation in the run with the shortest sum.
  var operations: [OperationTime] = []
  /// The products and additions that the processor can do in a second with this number of threads, by format; 0 where
  /// it has no instructions for it.
  var peaks: [String: Double] = [:]
  /// The bytes that the processor can read from memory in a second.
  let bandwidth: Double

  /// - Parameters:
  ///   - prepared: The directory of prepared models; `nil` to prepare in memory.
  ///   - runs: The number of runs after one warm-up run.
  init(
    of model: ModelDirectory, _ precision: Precision, prepared: String?, hearing samples: [Float],
    seconds: Double,
    runs: Int
  ) throws {
    var settings = ComputeSettings(device: .cpu, precision: precision, preparedDirectory: prepared)
    var plain = try NetworkCompiler(model, settings: settings).encoder()
    let count = Int(seconds * Double(LogMelExtractor.frameRate))
    let hop = LogMelExtractor.sampleRate / LogMelExtractor.frameRate
    let audio = (0..<count * hop).map { samples[$0 % samples.count] }
    let frames = logMelFrames(of: audio, bands: model.configuration.bandCount)
    self.frames = try plain.encode(frames, 0..<count).count
    for run in 1...runs { times.append(try clocked { _ = try plain.encode(frames, 0..<count - run) }) }

    settings.properties["PERF_COUNT"] = "YES"
    var watched = try NetworkCompiler(model, settings: settings).encoder()
    for run in 0...runs {
      _ = try watched.encode(frames, 0..<count)
      let operations = try watched.profile()
      guard run > 0 else { continue }
      if self.operations.isEmpty || operations.seconds < self.operations.seconds {
        self.operations = operations
      }
    }
    peaks = [
      "int8": lorikeet_peak(LORIKEET_INT8), "bf16": lorikeet_peak(LORIKEET_BF16),
      "f32": lorikeet_peak(LORIKEET_F32),
    ]
    bandwidth = lorikeet_bandwidth()
  }
}

extension [OperationTime] {
  fileprivate var seconds: Double { reduce(0) { $0 + $1.seconds } }
}

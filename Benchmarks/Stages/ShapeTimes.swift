import Devices
import ModelStore
internal import Parakeet
import Recognition
import SpeechFeatures

/// The encoder's times in a bucket and in the network of dynamic shape, measured in turn, in seconds.
struct ShapeTimes: Encodable {
  /// The bucket's length in seconds.
  let seconds: Double
  /// The times of the static shape, filled completely.
  var bucket: [Double] = []
  /// The times of the dynamic shape with the same number of frames.
  var same: [Double] = []
  /// The times of the dynamic shape with a new length in each run: shorter by the run's number of frames.
  var new: [Double] = []

  /// - Parameters:
  ///   - prepared: The directory of prepared models; `nil` to prepare in memory.
  ///   - runs: The number of runs after one warm-up run.
  static func measure(
    _ model: ModelDirectory, _ precision: Precision, prepared: String?, hearing samples: [Float], runs: Int,
    in buckets: [Bucket]
  ) throws -> [ShapeTimes] {
    let settings = ComputeSettings(device: .cpu, precision: precision, preparedDirectory: prepared)
    let networks = try NetworkCompiler(model, settings: settings)
    var dynamic = try networks.encoder()
    let most = buckets.map(\.frames).max() ?? 0
    let hop = LogMelExtractor.sampleRate / LogMelExtractor.frameRate
    let audio = (0..<most * hop).map { samples[$0 % samples.count] }
    let frames = logMelFrames(of: audio, bands: model.configuration.bandCount)
    return try buckets.map { bucket in
      var times = ShapeTimes(seconds: bucket.seconds)
      var network = try networks.encoder(on: "CPU", .bucket(bucket))
      for run in 0...runs {
        let full = try clocked { _ = try network.encode(frames, 0..<bucket.frames) }
        let same = try clocked { _ = try dynamic.encode(frames, 0..<bucket.frames) }
        let new = try clocked { _ = try dynamic.encode(frames, 0..<bucket.frames - run - 1) }
        guard run > 0 else { continue }
        times.bucket.append(full)
        times.same.append(same)
        times.new.append(new)
      }
      return times
    }
  }
}

import Devices
import ModelStore
internal import Parakeet
import Recognition
import SpeechFeatures
import Transducer

/// The times of each run by stage, in seconds.
struct StageTimes: Encodable {
  let precision: String
  let audioSeconds: Double
  let runs: Int
  var featuresOfAMinute: [Double] = []
  var features: [Double] = []
  /// The times of the encoder with the encoder projection.
  var encoder: [Double] = []
  var decoder: [Double] = []
  /// The mean times over the run's steps.
  var blankStep: [Double] = []
  var emissionStep: [Double] = []
  var steps = 0
  var emissions = 0

  /// - Parameters:
  ///   - prepared: The directory of prepared models; `nil` to prepare in memory.
  ///   - runs: The number of runs after one warm-up run.
  init(
    of model: ModelDirectory, _ precision: Precision, prepared: String?, hearing samples: [Float], runs: Int
  ) throws {
    let settings = ComputeSettings(device: .cpu, precision: precision, preparedDirectory: prepared)
    let loaded = try NetworkCompiler(model, settings: settings)
    var networks = TimedNetworks(encoder: try loaded.encoder(), decoder: try loaded.decoderNetworks())
    let bands = model.configuration.bandCount
    let own = logMelFrames(of: samples, bands: bands)
    let decoder = GreedyDecoder(blank: model.vocabulary.blank)
    self.precision = precision.rawValue
    audioSeconds = Double(samples.count) / Double(LogMelExtractor.sampleRate)
    self.runs = runs
    let minute = (0..<60 * LogMelExtractor.sampleRate).map { samples[$0 % samples.count] }
    for run in 0...runs {
      let features = clocked { _ = logMelFrames(of: minute, bands: bands) }
      let ownFeatures = clocked { _ = logMelFrames(of: samples, bands: bands) }
      networks.reset()
      var encoded = 0
      let encoder = try clocked { encoded = try networks.encode(own) }
      var decoding = Decoding()
      let decode = try clocked { decoding = try decoder.decode(frameCount: encoded, with: &networks) }
      // The first run is the warm-up.
      guard run > 0 else { continue }
      featuresOfAMinute.append(features)
      self.features.append(ownFeatures)
      self.encoder.append(encoder)
      self.decoder.append(decode)
      let joint = networks.joint / Double(decoding.steps)
      blankStep.append(joint)
      emissionStep.append(joint + networks.prediction / Double(decoding.emissions.count + 1))
      steps = decoding.steps
      emissions = decoding.emissions.count
    }
  }
}

/// The real networks, with a stopwatch on the decoder's two.
private struct TimedNetworks: ~Copyable, TransducerNetworks {
  private var encoder: EncoderNetwork
  private var decoder: DecoderNetworks
  /// The time in each of the two networks since the last reset, in seconds.
  private(set) var joint = 0.0
  private(set) var prediction = 0.0

  init(encoder: consuming EncoderNetwork, decoder: consuming DecoderNetworks) {
    self.encoder = encoder
    self.decoder = decoder
  }

  mutating func reset() {
    joint = 0
    prediction = 0
  }

  mutating func encode(_ frames: LogMelFrames) throws -> Int {
    let encoding = try encoder.encode(frames, 0..<frames.count)
    try decoder.project(encoding)
    return encoding.count
  }

  mutating func begin() throws {
    try decoder.begin()
  }

  mutating func predict(after token: Int32) throws {
    prediction += try clocked { try decoder.predict(after: token) }
  }

  mutating func withLogits<Result>(_ body: (borrowing Span<Float>) -> Result) throws -> Result {
    try decoder.withLogits(body)
  }

  mutating func join(frame: Int) throws -> JointOutput {
    var output = JointOutput(token: 0, duration: 0, confidence: 0)
    joint += try clocked { output = try decoder.join(frame: frame) }
    return output
  }
}

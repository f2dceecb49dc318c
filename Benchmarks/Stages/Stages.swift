// Measures the stages of recognition one by one, inside the process, and prints one JSON object.
//
//     .build/release/stages MODEL PRECISION RECORDING RUNS [DIRECTORY OF PREPARED MODELS]

import Acceleration
import Audio
import FoundationEssentials
import ModelStore
import Recognition
import SpeechFeatures
import Transducer

@main
struct Stages {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard (5...6).contains(arguments.count), let precision = Precision(rawValue: arguments[2]),
      let runs = Int(arguments[4])
    else {
      throw UsageError()
    }
    let samples = try samples(of: arguments[3])
    let model = try ModelDirectory.find(arguments[1])
    let settings = ComputeSettings(
      device: .cpu, precision: precision, preparedDirectory: arguments.count > 5 ? arguments[5] : nil)
    let loaded = try ModelNetworks(model, settings: settings)
    var networks = TimedNetworks(encoder: try loaded.encoder(), decoder: try loaded.decoder())
    let frames = frames(of: samples, bands: model.configuration.bandCount)
    let decoder = GreedyDecoder(blank: model.vocabulary.blank)

    var report = Report(
      precision: precision.rawValue, audioSeconds: Double(samples.count) / 16_000, runs: runs)
    let minute = (0..<60 * 16_000).map { samples[$0 % samples.count] }
    for run in 0...runs {
      let features = seconds { _ = Stages.frames(of: minute, bands: model.configuration.bandCount) }
      let own = seconds { _ = Stages.frames(of: samples, bands: model.configuration.bandCount) }
      networks.reset()
      var encoded = 0
      let encoder = try seconds { encoded = try networks.encode(frames) }
      var decoding = Decoding()
      let decode = try seconds { decoding = try decoder.decode(frameCount: encoded, with: &networks) }
      // The first run is the warm-up.
      guard run > 0 else { continue }
      report.featuresOfAMinute.append(features)
      report.features.append(own)
      report.encoder.append(encoder)
      report.decoder.append(decode)
      let emissions = decoding.emissions.count
      report.blankStep.append(networks.joint / Double(decoding.steps))
      report.emissionStep.append(
        networks.joint / Double(decoding.steps) + networks.prediction / Double(emissions + 1))
      report.steps = decoding.steps
      report.emissions = emissions
    }
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }

  private static func samples(of path: String) throws -> [Float] {
    var reader = try AudioReader(path: path)
    var samples: [Float] = []
    while let part = try reader.next() { samples += part }
    return samples
  }

  private static func frames(of samples: [Float], bands: Int) -> LogMelFrames {
    var extractor = LogMelExtractor(bandCount: bands)
    extractor.append(samples.span)
    return extractor.finished()
  }
}

/// The real networks, with a watch on the decoder's two.
private struct TimedNetworks: ~Copyable, TransducerNetworks {
  private var encoder: EncoderNetwork
  private var decoder: DecoderNetworks
  /// Seconds in the two networks since the last reset.
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
    prediction += try seconds { try decoder.predict(after: token) }
  }

  mutating func join(frame: Int) throws -> JointAnswer {
    var answer = JointAnswer(token: 0, duration: 0, confidence: 0)
    joint += try seconds { answer = try decoder.join(frame: frame) }
    return answer
  }
}

/// Seconds of each run, stage by stage.
private struct Report: Encodable {
  let precision: String
  let audioSeconds: Double
  let runs: Int
  var featuresOfAMinute: [Double] = []
  var features: [Double] = []
  /// The encoder and the encoder projection.
  var encoder: [Double] = []
  var decoder: [Double] = []
  /// Means over the run's steps.
  var blankStep: [Double] = []
  var emissionStep: [Double] = []
  var steps = 0
  var emissions = 0
}

private struct UsageError: Error, CustomStringConvertible {
  var description: String { "usage: stages MODEL PRECISION RECORDING RUNS [DIRECTORY OF PREPARED MODELS]" }
}

private func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  try body()
  return (clock.now - start).seconds
}

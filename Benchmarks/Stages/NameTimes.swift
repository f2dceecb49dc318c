import Devices
import ModelStore
internal import Parakeet
import SpeechFeatures
import Transducer

/// The times of decoding with lists of names beside those without one, in seconds; one of each in every run. Names change
/// the tokens of a model of random weights, and so the number of steps.
struct NameTimes: Encodable {
  let precision: String
  let audioSeconds: Double
  /// The times without names.
  var without: [Double] = []
  var steps = 0
  var lists: [List] = []

  struct List: Encodable {
    let names: Int
    /// The times to make the list usable, each time anew.
    var preparation: [Double] = []
    /// The times of decoding.
    var decoding: [Double] = []
    var steps = 0
    /// The times of decoding and of the second pass.
    var rescuing: [Double] = []
    /// The tokens that a name has changed, by a bias and in all.
    var boosted = 0
    var rescued = 0
  }

  /// - Parameters:
  ///   - prepared: The directory of prepared models; `nil` to prepare in memory.
  ///   - runs: The number of runs after one warm-up run.
  init(
    of model: ModelDirectory, _ precision: Precision, prepared: String?, hearing samples: [Float], runs: Int,
    counts: [Int]
  ) throws {
    let settings = ComputeSettings(device: .cpu, precision: precision, preparedDirectory: prepared)
    let loaded = try NetworkCompiler(model, settings: settings)
    var encoder = try loaded.encoder()
    var networks = try loaded.decoderNetworks()
    let frames = logMelFrames(of: samples, bands: model.configuration.bandCount)
    let encoding = try encoder.encode(frames, 0..<frames.count)
    try networks.project(encoding)
    let decoder = GreedyDecoder(blank: model.vocabulary.blank)
    let pieces = PieceTree(model.vocabulary)
    self.precision = precision.rawValue
    audioSeconds = Double(samples.count) / Double(LogMelExtractor.sampleRate)
    lists = counts.map { List(names: $0) }
    let names = counts.map { Self.names($0, from: model.vocabulary) }
    var boosters = names.map { PhraseBooster($0, of: pieces) }
    for run in 0...runs {
      try networks.prepare(for: TokenPreferences())
      let plain = try clocked {
        steps = try decoder.decode(frameCount: encoding.count, with: &networks).steps
      }
      if run > 0 { without.append(plain) }
      for index in lists.indices {
        let preparation = clocked { boosters[index] = PhraseBooster(names[index], of: pieces) }
        let booster = boosters[index]
        try networks.prepare(for: TokenPreferences(booster: booster))
        // The biased tokens of a state are found once for all utterances.
        lists[index].boosted = try decoder.decode(
          frameCount: encoding.count, with: &networks, boosting: booster
        ).boosted
        let decoding = try clocked {
          lists[index].steps = try decoder.decode(
            frameCount: encoding.count, with: &networks, boosting: booster
          ).steps
        }
        let rescuing = try clocked {
          lists[index].rescued = try decoder.decodeRescuingNames(
            frameCount: encoding.count, with: &networks, boosting: booster
          ).boosted
        }
        guard run > 0 else { continue }
        lists[index].preparation.append(preparation)
        lists[index].decoding.append(decoding)
        lists[index].rescuing.append(rescuing)
      }
    }
  }

  /// Returns names of two words, each of a piece that begins a word and one that does not.
  private static func names(_ count: Int, from vocabulary: Vocabulary) -> [BoostedPhrase] {
    let text = vocabulary.pieces.filter { $0.contains(where: \.isLetter) && $0.first != "<" }
    let (starts, others) = (text.filter { $0.first == " " }, text.filter { $0.first != " " })
    return (0..<count).map { number in
      let words = [number, number * 7 + 3].map { place in
        starts[place * 31 % starts.count] + others[place * 17 % others.count]
          + others[place * 5 % others.count]
      }
      return BoostedPhrase(words.joined())
    }
  }
}

import Devices
import ModelStore
internal import Parakeet
import Recognition
import SpeechFeatures
import Transducer

/// The tokens of a stretch of a recording, by the network of dynamic shape and by the buckets that can hold it.
struct BucketParity: Encodable {
  let recording: String
  /// The number of log-mel frames from the recording's beginning.
  let frames: Int
  var dynamic: [Token] = []
  /// The buckets' results, smallest bucket first; empty if the stretch fits in none.
  var buckets: [BucketResult] = []

  struct Token: Encodable {
    let id: Int32
    /// The encoder frame that emitted the token.
    let frame: Int
  }

  struct BucketResult: Encodable {
    let seconds: Double
    let tokens: [Token]
    /// The relative error of the encoder's output: the norm of the difference to the dynamic shape's output over the
    /// norm of that output.
    let error: Double
  }

  /// Compares recordings that the largest bucket can hold as a whole, and longer ones at each bucket's number of
  /// frames, one less, and one more.
  static func compare(
    _ model: ModelDirectory, _ precision: Precision, buckets: [Bucket], recordings: [String]
  ) throws -> [BucketParity] {
    var stretches: [LogMelFrames] = []
    var results: [BucketParity] = []
    let (bands, hop) = (model.configuration.bandCount, LogMelExtractor.sampleRate / LogMelExtractor.frameRate)
    let shapes = try EncoderShapes(eager: buckets, lazy: [])
    for recording in recordings {
      let samples = try samples(of: recording)
      let count = samples.count / hop
      let lengths =
        count > shapes.limit ? buckets.flatMap { [$0.frames - 1, $0.frames, $0.frames + 1] } : [count]
      for length in lengths {
        stretches.append(logMelFrames(of: samples.prefix(length * hop), bands: bands))
        results.append(BucketParity(recording: recording, frames: length))
      }
    }

    let networks = try NetworkCompiler(model, settings: ComputeSettings(device: .cpu, precision: precision))
    let decoder = GreedyDecoder(
      blank: model.vocabulary.blank, maximumTokensPerFrame: model.configuration.maximumTokensPerFrame)
    var decoding = try networks.decoderNetworks()
    func tokens(_ encoding: Encoding) throws -> [Token] {
      try decoding.project(encoding)
      return try decoder.decode(frameCount: encoding.count, with: &decoding).emissions.map {
        Token(id: $0.token, frame: $0.frame)
      }
    }
    // One encoder at a time: at full size each takes gigabytes.
    let dynamic = try encodings(of: stretches, .dynamic, networks)
    for index in stretches.indices { results[index].dynamic = try tokens(dynamic[index]) }
    for shape in shapes.eager {
      let held = stretches.indices.filter { shapes.holding(stretches[$0].count).contains(shape) }
      for (index, encoding) in zip(held, try encodings(of: held.map { stretches[$0] }, shape, networks)) {
        results[index].buckets.append(
          BucketResult(
            seconds: shape.bucket?.seconds ?? 0, tokens: try tokens(encoding),
            error: difference(encoding, dynamic[index])))
      }
    }
    return results
  }

  private static func encodings(
    of stretches: [LogMelFrames], _ shape: EncoderShape, _ networks: NetworkCompiler
  ) throws -> [Encoding] {
    var network = try networks.encoder(on: "CPU", shape)
    var encodings: [Encoding] = []
    for frames in stretches { encodings.append(try network.encode(frames, 0..<frames.count)) }
    return encodings
  }

  /// The relative error of an encoding; 1 if even the shapes differ.
  private static func difference(_ one: Encoding, _ other: Encoding) -> Double {
    guard one.width == other.width, one.count == other.count else { return 1 }
    var (difference, norm) = (0.0, 0.0)
    for (one, other) in zip(one.values, other.values) {
      difference += Double((one - other) * (one - other))
      norm += Double(other * other)
    }
    return (difference / norm).squareRoot()
  }
}

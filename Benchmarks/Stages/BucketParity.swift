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
    /// The largest relative error of a frame of the encoder's output: the norm of the difference to the dynamic shape's
    /// frame over the norm of that frame.
    let worstFrame: Double
  }

  /// Compares recordings that the largest bucket can hold as a whole, and longer ones at each bucket's number of
  /// frames, one less, and one more, and at 1, 2 and 17 frames.
  ///
  /// - Parameter device: The kind of device that the buckets' graphs are made for; the processor runs them.
  static func compare(
    _ model: ModelDirectory, _ precision: Precision, device: DeviceID, buckets: [Bucket], recordings: [String]
  ) throws -> [BucketParity] {
    var stretches: [LogMelFrames] = []
    var results: [BucketParity] = []
    let (bands, hop) = (model.configuration.bandCount, LogMelExtractor.sampleRate / LogMelExtractor.frameRate)
    let shapes = try EncoderShapes(eager: buckets, lazy: [])
    for recording in recordings {
      let samples = try samples(of: recording)
      let count = samples.count / hop
      let lengths =
        count > shapes.limit
        ? [1, 2, 17] + buckets.flatMap { [$0.frames - 1, $0.frames, $0.frames + 1] } : [count]
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
    let dynamic = try encodings(of: stretches, .dynamic, networks, madeFor: .cpu)
    for index in stretches.indices { results[index].dynamic = try tokens(dynamic[index]) }
    for shape in shapes.eager {
      let held = stretches.indices.filter { shapes.holding(stretches[$0].count).contains(shape) }
      let bucketed = try encodings(of: held.map { stretches[$0] }, shape, networks, madeFor: device)
      for (index, encoding) in zip(held, bucketed) {
        results[index].buckets.append(
          BucketResult(
            seconds: shape.bucket?.seconds ?? 0, tokens: try tokens(encoding),
            worstFrame: worstFrame(of: encoding, dynamic[index])))
      }
    }
    return results
  }

  private static func encodings(
    of stretches: [LogMelFrames], _ shape: EncoderShape, _ networks: NetworkCompiler,
    madeFor device: DeviceID
  ) throws -> [Encoding] {
    var network = try networks.encoder(on: .cpu, shape, madeFor: device)
    var encodings: [Encoding] = []
    for frames in stretches { encodings.append(try network.encode(frames, 0..<frames.count)) }
    return encodings
  }

  /// The largest relative error of a frame; 1 if even the shapes differ.
  private static func worstFrame(of encoding: Encoding, _ expected: Encoding) -> Double {
    guard encoding.width == expected.width, encoding.count == expected.count else { return 1 }
    // The frames of a channel are next to one another.
    var differences = [Double](repeating: 0, count: expected.count)
    var norms = differences
    for (index, (one, other)) in zip(encoding.values, expected.values).enumerated() {
      differences[index % expected.count] += Double((one - other) * (one - other))
      norms[index % expected.count] += Double(other * other)
    }
    return zip(differences, norms).map { ($0 / $1).squareRoot() }.max() ?? 0
  }
}

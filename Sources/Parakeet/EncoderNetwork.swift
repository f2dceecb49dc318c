package import Devices
package import Inference
internal import ModelStore
package import SpeechFeatures
internal import Transducer

/// The encoder: normalised log-mel features in, one vector for each 80 ms out.
package struct EncoderNetwork: ~Copyable {
  private var request: InferenceRequest
  private let ports: Ports
  /// The frames of the static shape that it was compiled for; `nil` if it takes any number.
  private let width: Int?
  /// The most frames of an utterance: those of its bucket, which the static shape can exceed.
  private let limit: Int

  /// The device that runs it, as OpenVINO reports it.
  let executionDevice: String
  /// True if OpenVINO read it from its cache.
  let isFromCache: Bool

  /// Creates the network from a compiled graph.
  ///
  /// - Parameter compiled: `audio_signal` f32 [1, bands, T], `length` i64 [1] → `outputs` f32 [1, E, T'],
  ///   `encoded_lengths` i64 [1].
  init(
    _ compiled: borrowing CompiledGraph, _ shape: EncoderShape, on device: DeviceID
  ) throws(InferenceError) {
    executionDevice = (try? compiled.property("EXECUTION_DEVICES")) ?? device.description
    isFromCache = compiled.isFromCache
    let request = try compiled.makeRequest()
    let ports = try Ports(request)
    width = shape.bucket == nil ? nil : try request.shape(of: ports.signal)[2]
    self.ports = ports
    limit = shape.bucket?.frames ?? .max
    self.request = request
  }

  private struct Ports {
    let signal, length: InputPort
    let outputs, encodedLengths: OutputPort

    init(_ request: borrowing InferenceRequest) throws(InferenceError) {
      signal = try request.input(named: "audio_signal")
      length = try request.input(named: "length")
      outputs = try request.output(named: "outputs")
      encodedLengths = try request.output(named: "encoded_lengths")
    }
  }

  /// Encodes a stretch of an utterance. Frames after it are zero, as NeMo pads them, and change nothing: `length` is
  /// the number of valid ones.
  package mutating func encode(
    _ frames: LogMelFrames, _ range: Range<Int>
  ) throws(InferenceError) -> Encoding {
    let width = width ?? range.count
    guard range.count <= limit else {
      throw InferenceError(
        operation: "run the encoder", message: "\(range.count) frames do not fit in \(limit)")
    }
    if self.width == nil {
      try request.resize(ports.signal, to: [1, frames.bandCount, width])
      try request.resize(ports.length, to: [1])
    }
    try request.fill(ports.signal, as: Float.self) { features in
      frames.normalize(range, into: &features, width: width)
    }
    try request.fill(ports.length, as: Int64.self) { $0[0] = Int64(range.count) }
    try request.infer()
    return try encoding()
  }

  /// Returns the times of the last run by kind of operation, if the encoder was compiled with `PERF_COUNT`.
  package func profile() throws(InferenceError) -> [OperationTime] { try request.profile() }

  /// Returns the valid frames of the last output.
  private func encoding() throws(InferenceError) -> Encoding {
    let shape = try request.shape(of: ports.outputs)
    let valid = try request.read(ports.encodedLengths, as: Int64.self) { $0.isEmpty ? -1 : Int($0[0]) }
    guard shape.count == 3, (0...shape[2]).contains(valid) else {
      throw InferenceError(
        operation: "run the encoder", message: "it returned \(valid) frames in a tensor of shape \(shape)")
    }
    let (width, all) = (shape[1], shape[2])
    let values = try request.read(ports.outputs, as: Float.self) { outputs in
      [Float](unsafeUninitializedCapacity: width * valid) { values, count in
        outputs.withUnsafeBufferPointer { outputs in
          for row in 0..<width {
            let target = UnsafeMutableBufferPointer(rebasing: values[row * valid..<(row + 1) * valid])
            _ = target.initialize(from: outputs[row * all..<row * all + valid])
          }
        }
        count = width * valid
      }
    }
    return Encoding(values: values, width: width, count: valid)
  }

  /// Checks that a graph is the encoder of a model.
  ///
  /// - Returns: The width of its output vectors; of a CTC model, the number of tokens.
  static func check(_ graph: borrowing Graph, of model: ModelDirectory) throws(ModelError) -> Int {
    let ports = GraphPorts(graph, part: "encoder", model: model.path)
    let bandCount = model.configuration.bandCount
    let signal = try ports.input("audio_signal", .float32, rank: 3)
    _ = try ports.input("length", .int64, rank: 1)
    let width: Int?
    if model.configuration.head == .ctc {
      width = try ports.output("logprobs", .float32, rank: 3)[2]
    } else {
      width = try ports.output("outputs", .float32, rank: 3)[1]
      _ = try ports.output("encoded_lengths", .int64, rank: 1)
    }
    if let bands = signal[1], bands != bandCount {
      throw ports.failure("takes \(bands) mel bands, config.json says features_size \(bandCount)")
    }
    guard let width else { throw ports.failure("has an output of unknown width") }
    if model.configuration.head == .ctc, width != model.vocabulary.count {
      throw ports.failure("knows \(width) tokens, vocab.txt has \(model.vocabulary.count)")
    }
    return width
  }
}

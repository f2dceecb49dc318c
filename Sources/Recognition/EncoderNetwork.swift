package import Inference
internal import ModelStore
package import SpeechFeatures

/// The encoder: normalised log-mel features in, one vector for each 80 ms out.
package struct EncoderNetwork: ~Copyable {
  private var request: InferenceRequest
  private let ports: Ports
  /// The device that really runs it, as OpenVINO says.
  let executionDevice: String

  /// - Parameter compiled: `audio_signal` f32 [1, bands, T], `length` i64 [1] → `outputs` f32 [1, E, T'],
  ///   `encoded_lengths` i64 [1].
  init(_ compiled: borrowing CompiledGraph) throws(InferenceError) {
    let device = try compiled.property("EXECUTION_DEVICES")
    let request = try compiled.makeRequest()
    let ports = try Ports(request)
    executionDevice = device
    self.request = request
    self.ports = ports
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

  /// Encodes a stretch of an utterance.
  ///
  /// - Returns: The number of valid encoder frames.
  package mutating func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(InferenceError) -> Int {
    try request.resize(ports.signal, to: [1, frames.bandCount, range.count])
    try request.fill(ports.signal, as: Float.self) { features in
      frames.normalize(range, into: &features, width: range.count)
    }
    try request.resize(ports.length, to: [1])
    try request.fill(ports.length, as: Int64.self) { $0[0] = Int64(range.count) }
    try request.infer()
    return try request.read(ports.encodedLengths, as: Int64.self) { Int($0[0]) }
  }

  /// Lets another network read the last answer where it lies.
  func connectOutputs(to target: inout InferenceRequest, _ input: InputPort) throws(InferenceError) {
    try request.connect(ports.outputs, to: &target, input)
  }

  /// Checks that a graph is a Parakeet encoder for features of `bandCount` bands.
  ///
  /// - Returns: The width of its output vectors.
  static func check(
    _ graph: borrowing Graph, bandCount: Int, model: String
  ) throws(ModelError) -> Int {
    let ports = GraphPorts(graph, part: "encoder", model: model)
    let signal = try ports.input("audio_signal", .float32, rank: 3)
    _ = try ports.input("length", .int64, rank: 1)
    let outputs = try ports.output("outputs", .float32, rank: 3)
    _ = try ports.output("encoded_lengths", .int64, rank: 1)
    if let bands = signal[1], bands != bandCount {
      throw ports.failure("takes \(bands) mel bands, config.json says features_size \(bandCount)")
    }
    guard let width = outputs[1] else {
      throw ports.failure("does not say how wide its output is")
    }
    return width
  }
}

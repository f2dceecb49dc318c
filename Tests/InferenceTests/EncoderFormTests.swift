import CFrameKernels
import FoundationEssentials
import Support
import Testing

@testable import Inference

/// Returns the built-in encoder's output for a recording's features.
private func encoding(of graph: borrowing Graph, _ runtime: borrowing Runtime) throws -> [Float] {
  try encoding(of: graph, Fixtures.golden("features-en-01-128"), bands: 128, runtime)
}

/// Returns an encoder's output for features [1, bands, T] or [1, T, bands], by default all of them valid, in f32.
private func encoding(
  of graph: borrowing Graph, _ features: [Float], bands: Int, timeFirst: Bool = false, valid: Int? = nil,
  _ runtime: borrowing Runtime
) throws -> [Float] {
  let compiled = try runtime.compile(
    graph, name: "encoder", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
  return try encoding(of: compiled, features, bands: bands, timeFirst: timeFirst, valid: valid)
}

private func encoding(
  of compiled: borrowing CompiledGraph, _ features: [Float], bands: Int, timeFirst: Bool = false,
  valid: Int? = nil
) throws -> [Float] {
  let count = features.count / bands
  var request = try compiled.makeRequest()
  let signal = try request.input(named: "audio_signal")
  try request.resize(signal, to: timeFirst ? [1, count, bands] : [1, bands, count])
  try request.fill(signal, as: Float.self) { span in
    for index in features.indices { span[index] = features[index] }
  }
  let length = try request.input(named: "length")
  try request.resize(length, to: [1])
  try request.fill(length, as: Int64.self) { $0[0] = Int64(valid ?? count) }
  try request.infer()
  return try request.read(request.output(named: "outputs"), as: Float.self) { span in
    span.indices.map { span[$0] }
  }
}

private func encoder(_ runtime: borrowing Runtime) throws -> Graph {
  let sources = Fixtures.directory.deletingLastPathComponent().deletingLastPathComponent()
  return try runtime.readGraph(
    at: sources.appending(path: "Sources/ModelStore/Resources/builtin/encoder-model.onnx").path)
}

/// Compiles the quantized fixture's layers with weights in eight bits.
private func layers(roundingActivations: Bool) throws -> CompiledGraph {
  let runtime = try Runtime()
  var graph = try runtime.readGraph(at: Fixtures.directory.appending(path: "quantized/unsigned.onnx").path)
  try graph.rewriteQuantized(smallest: 300)
  if roundingActivations {
    // The depthwise convolution stays in float32.
    let count = try graph.quantizeActivations()
    #expect(count == 3)
  }
  return try runtime.compile(
    graph, name: "layers", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
}

/// Returns the layers' output for an input [1, 20, 32] in f32.
private func answer(of layers: borrowing CompiledGraph, to values: [Float]) throws -> [Float] {
  var request = try layers.makeRequest()
  let input = try request.input(named: "input")
  try request.resize(input, to: [1, 20, 32])
  try request.fill(input, as: Float.self) { span in
    for index in values.indices { span[index] = values[index] }
  }
  try request.infer()
  return try request.read(request.output(named: "outputs"), as: Float.self) { span in
    span.indices.map { span[$0] }
  }
}

/// Returns the norm of the difference, divided by the second's norm.
private func difference(_ one: [Float], _ other: [Float]) -> Float {
  #expect(one.count == other.count && !one.isEmpty)
  let sum = zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return (sum / other.reduce(0) { $0 + $1 * $1 }).squareRoot()
}

@Suite struct `Encoders for processors` {
  @Test func `an encoder without masks has the same output for an input without padding`() throws {
    let runtime = try Runtime()
    let plain = try encoding(of: try encoder(runtime), runtime)
    var unmasked = try encoder(runtime)
    // One before the subsampling, after each of its layers, and three in each layer of the encoder.
    let count = try unmasked.removeMasks(length: "length")
    #expect(count > 10)
    let error = difference(try encoding(of: unmasked, runtime), plain)
    #expect(error < 1e-5)
    let rest = try unmasked.removeMasks(length: "length")
    #expect(rest == 0)
  }

  @Test func `removing padding masks keeps other masks`() throws {
    let runtime = try Runtime()
    // Attention to the present and the past, followed by a padding mask.
    var graph = try runtime.readGraph(at: Fixtures.directory.appending(path: "masked/causal.onnx").path)
    let count = try graph.removeMasks(length: "length")
    #expect(count == 1)
    let frames = (0..<24).map { Float($0 % 7) - 3 }
    let answer = try encoding(of: graph, frames, bands: 4, timeFirst: true, runtime)
    #expect(answer.count == 24)
    // The first frame attends to itself only.
    #expect(zip(answer, frames[..<4]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `an encoder with shorter transpositions has the same output`() throws {
    let runtime = try Runtime()
    let plain = try encoding(of: try encoder(runtime), runtime)
    var shorter = try encoder(runtime)
    let count = try shorter.shortenTranspositions()
    #expect(count > 3)
    let error = difference(try encoding(of: shorter, runtime), plain)
    #expect(error < 1e-5)
  }

  @Test func `an encoder with quantized activations has nearly the same output`() throws {
    let runtime = try Runtime()
    let plain = try encoding(of: try encoder(runtime), runtime)
    var rounding = try encoder(runtime)
    let layers = try rounding.compressWeights(smallest: 1000)
    let rounded = try rounding.quantizeActivations()
    #expect(0 < layers && rounded == layers)
    let error = difference(try encoding(of: rounding, runtime), plain)
    #expect(0 < error && error < 0.03)
  }
}

@Suite struct `Encoders with operations of their own` {
  /// Attention for up to 50 frames.
  private func exact(_ runtime: borrowing Runtime) throws -> Graph {
    try runtime.readGraph(at: Fixtures.directory.appending(path: "attention/relative.onnx").path)
  }

  /// The same with weights in eight bits.
  private func attention(_ runtime: borrowing Runtime) throws -> Graph {
    var graph = try exact(runtime)
    let layers = try graph.compressWeights(smallest: 1000)
    #expect(layers == 9)
    try graph.moveBiases()
    try graph.shortenTranspositions()
    return graph
  }

  /// The same with all that a processor can have in one operation.
  ///
  /// - Parameter frames: The longest audio.
  private func collected(frames: Int, _ runtime: borrowing Runtime) throws -> Graph {
    var graph = try attention(runtime)
    try graph.tabulatePositions(frames: frames, runtime)
    try graph.quantizeActivations()
    try graph.fuseFrames()
    try graph.collectLayers()
    return graph
  }

  /// Returns the attention's output for a number of frames.
  private func answer(of graph: borrowing Graph, frames: Int, _ runtime: borrowing Runtime) throws -> [Float]
  {
    let compiled = try runtime.compile(
      graph, name: "attention", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
    return try answer(of: compiled, frames: frames)
  }

  private func answer(of compiled: borrowing CompiledGraph, frames: Int) throws -> [Float] {
    var request = try compiled.makeRequest()
    let signal = try request.input(named: "audio_signal")
    try request.resize(signal, to: [1, frames, 64])
    try request.fill(signal, as: Float.self) { span in
      for index in 0..<frames * 64 { span[index] = Float(index * 37 % 101) / 25 - 2 }
    }
    try request.infer()
    return try ["outputs", "logits"].flatMap { name in
      try request.read(request.output(named: name), as: Float.self) { span in span.indices.map { span[$0] } }
    }
  }

  @Test(arguments: [1, 2, 17, 50])
  func `attention by relative positions is as exact as with OpenVINO's own operations`(frames: Int) throws {
    let runtime = try Runtime()
    let exact = try answer(of: exact(runtime), frames: frames, runtime)
    var plain = try attention(runtime)
    try plain.quantizeActivations()
    let rounded = try answer(of: plain, frames: frames, runtime)
    var fused = try attention(runtime)
    let tables = try fused.tabulatePositions(frames: 50, runtime)
    try fused.quantizeActivations()
    // The layer before, queries with both biases, keys, values and positions, the softmax, the rounding of its output,
    // the residual, the gated unit, the convolution, and the result with its rounding for the last layer: the rounding of
    // the input stays.
    let programs = try fused.fuseFrames()
    #expect(tables == 1 && programs == 11)
    let apart = try answer(of: fused, frames: frames, runtime)
    #expect(difference(apart, exact) < 1.2 * difference(rounded, exact))
    // Queries, keys, values and the output, and both products of the convolution module. The last layer has too odd a
    // number of outputs.
    let products = try fused.collectLayers()
    #expect(products == (lk_multiplies_bytes_best() != 0 ? 6 : 0))
    let collected = try answer(of: fused, frames: frames, runtime)
    #expect(difference(collected, exact) < 1.2 * difference(rounded, exact))
    #expect(difference(collected, apart) < 0.5 * difference(rounded, exact))
  }

  @Test func `layers in one operation answer different lengths one after another`() throws {
    let runtime = try Runtime()
    let graph = try collected(frames: 50, runtime)
    let lengths = [3, 40, 7, 40, 1]
    let alone = try lengths.map { try answer(of: graph, frames: $0, runtime) }
    let compiled = try runtime.compile(
      graph, name: "attention", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
    #expect(try lengths.map { try answer(of: compiled, frames: $0) } == alone)
  }

  @Test func `biases after a transposition are added before it`() throws {
    let runtime = try Runtime()
    var graph = try exact(runtime)
    _ = try graph.compressWeights(smallest: 1000)
    let plain = try answer(of: graph, frames: 20, runtime)
    let biases = try graph.moveBiases()
    #expect(biases == 2)
    #expect(difference(try answer(of: graph, frames: 20, runtime), plain) < 1e-5)
  }

  @Test func `layers that cannot be collected stay as they are`() throws {
    let runtime = try Runtime()
    // Without a table, positions are a layer of their own, whose frames no instruction has.
    var graph = try attention(runtime)
    try graph.quantizeActivations()
    try graph.fuseFrames()
    let before = try answer(of: graph, frames: 20, runtime)
    let products = try graph.collectLayers()
    #expect(products == 0)
    #expect(try answer(of: graph, frames: 20, runtime) == before)
  }

  @Test func `a table of positions changes the output by little`() throws {
    let runtime = try Runtime()
    let exact = try answer(of: exact(runtime), frames: 20, runtime)
    let plain = difference(try answer(of: attention(runtime), frames: 20, runtime), exact)
    var graph = try attention(runtime)
    try graph.tabulatePositions(frames: 30, runtime)
    let error = difference(try answer(of: graph, frames: 20, runtime), exact)
    #expect(error != plain && error < 1.2 * plain)
  }

  @Test func `audio longer than the table of positions is an error`() throws {
    let runtime = try Runtime()
    let graph = try collected(frames: 20, runtime)
    let whole = try answer(of: graph, frames: 20, runtime)
    #expect(whole.count == 20 * (64 + 33))
    #expect(throws: InferenceError.self) { _ = try answer(of: graph, frames: 21, runtime) }
  }

  @Test func `operations of our own are read from the cache`() async throws {
    try await withTemporaryDirectory { directory in
      func compiled() throws -> (values: [Float], isFromCache: Bool) {
        let runtime = try Runtime()
        let graph = try collected(frames: 50, runtime)
        let properties = ["INFERENCE_PRECISION_HINT": "f32", "CACHE_DIR": directory.path]
        let network = try runtime.compile(graph, name: "attention", for: "CPU", properties: properties)
        let isFromCache = ["YES", "true", "1"].contains(try network.property("LOADED_FROM_CACHE"))
        return (try answer(of: network, frames: 20), isFromCache)
      }
      let (first, second) = (try compiled(), try compiled())
      #expect(!first.isFromCache && second.isFromCache)
      #expect(first.values == second.values)
    }
  }

  /// Its heads are too narrow for programs, and stay.
  @Test func `an encoder with frame programs is as exact as with OpenVINO's own operations`() throws {
    let runtime = try Runtime()
    let exact = try encoding(of: try encoder(runtime), runtime)
    func rounding() throws -> Graph {
      var graph = try encoder(runtime)
      try graph.shortenTranspositions()
      _ = try graph.compressWeights(smallest: 1000)
      try graph.quantizeActivations()
      return graph
    }
    let rounded = difference(try encoding(of: rounding(), runtime), exact)
    var fused = try rounding()
    let programs = try fused.fuseFrames()
    #expect(programs > 20)
    let error = difference(try encoding(of: fused, runtime), exact)
    #expect(error < 1.2 * rounded)
    let rest = try fused.fuseFrames()
    #expect(rest == 0)
  }
}

@Suite struct `Encoders for NPUs` {
  @Test func `each step finds its part of every layer, once`() throws {
    let runtime = try Runtime()
    var graph = try encoder(runtime)
    try graph.reshape(["audio_signal": [1, 128, 512], "length": [1]])
    try graph.foldProducts(runtime)
    func counts() throws -> [Int] {
      [
        try graph.maskSubsampling(length: "length"), try graph.addMasks(), try graph.foldScales(),
        try graph.splitFeedForward(parts: 2, isWhole: true),
      ]
    }
    let first = try counts()
    // Two feed-forward modules in each layer.
    let layers = first[3] / 2
    #expect(layers > 3)
    // The built-in model has no masks to select by. Two halves and the division of scores.
    #expect(first == [1, 0, 3 * layers, 2 * layers])
    // The parts are modules themselves; everything else is done.
    let rest = try counts()
    #expect(rest.prefix(3) == [0, 0, 0])
  }

  @Test func `masks that are added leave valid frames as they are`() throws {
    let runtime = try Runtime()
    let path = Fixtures.directory.appending(path: "masked/padding.onnx").path
    let plain = try runtime.readGraph(at: path)
    var added = try runtime.readGraph(at: path)
    try added.reshape(["audio_signal": [1, 6, 4], "length": [1]])
    let count = try added.addMasks()
    #expect(count == 2)
    let frames = (0..<24).map { Float($0 % 7) - 3 }
    for valid in 1...6 {
      let expected = try encoding(of: plain, frames, bands: 4, timeFirst: true, valid: valid, runtime)
      let answer = try encoding(of: added, frames, bands: 4, timeFirst: true, valid: valid, runtime)
      let ends = 4 * valid
      #expect(difference(Array(answer[..<ends]), Array(expected[..<ends])) < 1e-6)
    }
  }

  @Test func `a graph of another form stays as it is`() throws {
    let runtime = try Runtime()
    var graph = try runtime.readGraph(at: Fixtures.directory.appending(path: "masked/causal.onnx").path)
    let subsamplings = try graph.maskSubsampling(length: "length")
    let modules = try graph.splitFeedForward(parts: 4, isWhole: false)
    #expect(subsamplings == 0 && modules == 0)
    let frames = (0..<24).map { Float($0 % 7) - 3 }
    let answer = try encoding(of: graph, frames, bands: 4, timeFirst: true, runtime)
    #expect(zip(answer, frames[..<4]).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}

@Suite struct `Quantized activations` {
  @Test func `quantized activations are at least as exact as in ONNX Runtime`() throws {
    let input = try Fixtures.floats("quantized/input")
    let exact = try Fixtures.floats("quantized/float")
    let rounding = difference(try answer(of: layers(roundingActivations: true), to: input), exact)
    let floating = difference(try answer(of: layers(roundingActivations: false), to: input), exact)
    let reference = difference(try Fixtures.floats("quantized/unsigned"), exact)
    #expect(rounding <= reference)
    #expect(rounding != floating)
  }

  @Test func `quantized activations have a separate step for each frame`() throws {
    let layers = try layers(roundingActivations: true)
    let quiet = try Fixtures.floats("quantized/input")
    var loud = quiet
    for index in 0..<32 { loud[index] *= 1000 }
    let (afterLoud, afterQuiet) = (try answer(of: layers, to: loud), try answer(of: layers, to: quiet))
    // The depthwise convolution spans two frames.
    let reach = 3 * 24
    #expect(Array(afterLoud[reach...]) == Array(afterQuiet[reach...]))
    #expect(Array(afterLoud[..<reach]) != Array(afterQuiet[..<reach]))
  }

  @Test(arguments: [0, 1e-30, 1e30] as [Float])
  func `quantized activations are finite and exact at any level`(level: Float) throws {
    let input = try Fixtures.floats("quantized/input").map { $0 * level }
    let rounding = try answer(of: layers(roundingActivations: true), to: input)
    let floating = try answer(of: layers(roundingActivations: false), to: input)
    for (one, other) in zip(rounding, floating) {
      #expect(one.isFinite)
      #expect(abs(one - other) <= 0.1 * max(1, level))
    }
  }
}

import FoundationEssentials
import Support
import Testing

@testable import Inference

private func graph(_ kind: String, _ runtime: borrowing Runtime) throws -> Graph {
  try runtime.readGraph(at: Fixtures.directory.appending(path: "quantized/\(kind).onnx").path)
}

/// Returns the layers' output for the fixture's input in f32.
private func answer(of graph: borrowing Graph, _ runtime: borrowing Runtime) throws -> [Float] {
  let compiled = try runtime.compile(
    graph, name: "layers", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
  var request = try compiled.makeRequest()
  let values = try Fixtures.floats("quantized/input")
  let input = try request.input(named: "input")
  try request.resize(input, to: [1, 20, 32])
  try request.fill(input) { span in
    for index in values.indices { span[index] = values[index] }
  }
  try request.infer()
  return try request.read(request.output(named: "outputs"), as: Float.self) { span in
    span.indices.map { span[$0] }
  }
}

/// Returns the norm of the difference from ONNX Runtime's FP32 output, divided by that output's norm.
private func error(of answer: [Float]) throws -> Float {
  let exact = try Fixtures.floats("quantized/float")
  #expect(answer.count == exact.count)
  let difference = zip(answer, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return (difference / exact.reduce(0) { $0 + $1 * $1 }).squareRoot()
}

@Suite struct `Dynamically quantized graphs` {
  /// The number of layers that `Tools/make_quantized_layers.py` quantizes.
  static let kinds = ["unsigned": 4, "signed": 4, "each-channel": 2]

  @Test(arguments: kinds.keys.sorted(), [64, Int.max])
  func `a rewritten graph is at least as exact as in ONNX Runtime`(kind: String, smallest: Int) throws {
    let runtime = try Runtime()
    var graph = try graph(kind, runtime)
    #expect(try graph.isDynamicallyQuantized)
    #expect(try graph.rewriteQuantized(smallest: smallest) == Self.kinds[kind])
    #expect(try !graph.isDynamicallyQuantized)
    let rewritten = try error(of: answer(of: graph, runtime))
    #expect(rewritten <= (try error(of: Fixtures.floats("quantized/\(kind)"))))
    #expect(rewritten > 0, "the weights are rounded")
  }

  /// OpenVINO writes no FP16 constants in a graph with weights in eight bits.
  @Test(arguments: [false, true])
  func `large matrices of a rewritten graph keep their eight bits`(halfPrecision: Bool) async throws {
    try await withTemporaryDirectory { directory in
      let runtime = try Runtime()
      var graph = try graph("unsigned", runtime)
      try graph.rewriteQuantized(smallest: 1000)
      try graph.save(to: directory.appending(path: "layers.xml").path, halfPrecision: halfPrecision)
      let size = try Data(contentsOf: directory.appending(path: "layers.bin")).count
      // The last product has 960 numbers, the depthwise convolution 200.
      let bytes = 32 * 48 + 40 * 48
      let floats = 40 * 24 + 40 * 5 + 48 + (48 + 40)
      #expect((bytes + 4 * floats..<bytes + 4 * floats + 200).contains(size))
    }
  }

  @Test func `a quantized layer without a float equivalent is kept and reported`() throws {
    let runtime = try Runtime()
    var graph = try graph("two-inputs", runtime)
    #expect(try graph.rewriteQuantized(smallest: 1) == 0)
    #expect(try graph.isDynamicallyQuantized)
  }

  @Test func `a float graph is not dynamically quantized`() throws {
    let runtime = try Runtime()
    let encoder = Fixtures.directory.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/ModelStore/Resources/builtin/encoder-model.onnx")
    var graph = try runtime.readGraph(at: encoder.path)
    #expect(try !graph.isDynamicallyQuantized)
    #expect(try graph.rewriteQuantized(smallest: 1) == 0)
  }
}

import FoundationEssentials
import Support
import Testing

@testable import Inference

private let builtin = Fixtures.directory.deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Sources/ModelStore/Resources/builtin")

@Suite struct `OpenVINO` {
  @Test func `OpenVINO has a CPU device and a version`() throws {
    #expect(try Runtime().devices().contains("CPU"))
    #expect(Runtime.version.contains("."))
    #expect(try Runtime().property("OPTIMIZATION_CAPABILITIES", of: "CPU").contains("FP32"))
  }

  @Test func `the error for a missing graph file names it`() {
    #expect {
      let graph = try Runtime().readGraph(at: "/nonexistent/model.onnx")
      _ = try graph.inputs
    } throws: { error in
      "\(error)".contains("/nonexistent/model.onnx") && !"\(error)".contains("\n")
    }
  }

  @Test func `the error for a missing device names it`() throws {
    let runtime = try Runtime()
    let graph = try runtime.readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
    #expect {
      let compiled = try runtime.compile(graph, name: "encoder", for: "TPU", properties: [:])
      _ = try compiled.property("EXECUTION_DEVICES")
    } throws: { error in
      "\(error)".contains("TPU") && "\(error)".hasPrefix("cannot compile the encoder: ")
    }
  }

  @Test func `a graph describes the encoder's inputs and outputs`() throws {
    let graph = try Runtime().readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
    #expect(
      try graph.inputs == [
        Port(name: "audio_signal", element: .float32, shape: [nil, 128, nil]),
        Port(name: "length", element: .int64, shape: [nil]),
      ])
    #expect(try graph.outputs.map(\.name) == ["outputs", "encoded_lengths"])
  }

  @Test func `splitting a graph that is not a decoder is an error`() throws {
    let runtime = try Runtime()
    #expect {
      let encoder = try runtime.readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
      _ = try encoder.splitTransducer(tokenCount: 257, blank: 256)
    } throws: { error in
      "\(error)".contains("encoder_outputs")
    }
  }

  @Test func `splitting a decoder with more tokens than logits is an error`() throws {
    let runtime = try Runtime()
    #expect {
      let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
      _ = try fused.splitTransducer(tokenCount: 263, blank: 262)
    } throws: { error in
      "\(error)".contains("262 logits for 263 tokens")
    }
  }

  @Test func `using a tensor with a wrong name or element type is an error`() throws {
    let runtime = try Runtime()
    let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
    #expect(try fused.transducerTokenCount() == 257)
    let graphs = try fused.splitTransducer(tokenCount: 257, blank: 256)
    let compiled = try runtime.compile(
      graphs.joint, name: "joint network", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
    var request = try compiled.makeRequest()
    let frame = try request.input(named: "frame")
    let token = try request.output(named: "token")
    #expect { _ = try request.input(named: "frames") } throws: { "\($0)".contains("no tensor named frames") }
    #expect {
      try request.fill(frame, as: Int32.self) { $0[0] = 1 }
    } throws: { error in
      "\(error)".contains("expected int32")
    }
    try request.infer()
    #expect((0..<257).contains(try request.read(token, as: Int32.self) { $0[0] }))
  }

  @Test(arguments: ["f32", "bf16", "f16"])
  func `a token masked by its bias is never the best one`(arithmetic: String) throws {
    let runtime = try Runtime()
    // A precision that the processor lacks is computed in f32.
    let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
    let graphs = try fused.splitTransducer(tokenCount: 257, blank: 256)
    let compiled = try runtime.compile(
      graphs.joint, name: "joint network", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": arithmetic])
    var request = try compiled.makeRequest()
    let bias = try request.input(named: "bias")
    func answer() throws -> (token: Int32, confidence: Float) {
      try request.infer()
      return (
        try request.read(request.output(named: "token"), as: Int32.self) { $0[0] },
        try request.read(request.output(named: "confidence"), as: Float.self) { $0[0] }
      )
    }
    func set(_ value: (Int) -> Float) throws {
      try request.fill(bias, as: Float.self) { for index in 0..<$0.count { $0[index] = value(index) } }
    }
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<50 {
      for name in ["frame", "prediction"] {
        try request.fill(request.input(named: name), as: Float.self) {
          for index in 0..<$0.count { $0[index] = Float.random(in: -4...4, using: &generator) }
        }
      }
      try set { _ in 0 }
      let free = try answer()
      try set { $0 == Int(free.token) ? -30_000 : 0 }
      let second = try answer()
      #expect(second.token != free.token)
      #expect(second.confidence > 0 && second.confidence <= 1)
      // With all others masked, the remaining token is certain.
      try set { $0 == Int(second.token) ? 0 : -30_000 }
      let only = try answer()
      #expect(only.token == second.token)
      #expect(only.confidence == 1)
      try set { _ in 0 }
      #expect(try answer() == free)
    }
  }

  @Test(
    arguments: [
      ("Exception from src/a.cpp:1:\nCheck 'x' failed at src/b.cpp:2:\nno such layer\n", "no such layer"),
      ("  plain  ", "plain"),
      ("Exception from src/a.cpp:1:\n", "Exception from src/a.cpp:1:"),
      ("first\n\nsecond\r\n", "first second"),
      (
        "Compilation failed. ZE_RESULT_ERROR_UNKNOWN, code 0x7ffffffe"
          + " - an action is required to complete the desired operation . no such layer",
        "Compilation failed. ZE_RESULT_ERROR_UNKNOWN, code 0x7ffffffe: no such layer"
      ),
    ])
  func `an OpenVINO message is reduced to its useful lines`(message: String, essence: String) {
    #expect(InferenceError.essence(of: message) == essence)
  }

  @Test func `the reason of an OpenVINO error is the last line of its message`() {
    let message =
      "Exception from src/a.cpp:1:\nFailed to parse 'X' option : Exception from b\nValue 'y' is not valid\n\n"
    #expect(InferenceError(operation: "set X=y", message: message).reason == "Value 'y' is not valid")
  }
}

import FoundationEssentials
import Support
import Testing

@testable import Inference

private let builtin = Fixtures.directory.deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Sources/ModelStore/Resources/builtin")

@Suite struct `OpenVINO` {
  @Test func `it has a processor and a version`() throws {
    #expect(try Runtime().devices().contains("CPU"))
    #expect(Runtime.version.contains("."))
    #expect(try Runtime().property("OPTIMIZATION_CAPABILITIES", of: "CPU").contains("FP32"))
  }

  @Test func `a file that is not there is named in the error`() {
    #expect {
      let graph = try Runtime().readGraph(at: "/nonexistent/model.onnx")
      _ = try graph.inputs
    } throws: { error in
      "\(error)".contains("/nonexistent/model.onnx") && !"\(error)".contains("\n")
    }
  }

  @Test func `a device that is not there is named in the error`() throws {
    let runtime = try Runtime()
    let graph = try runtime.readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
    #expect {
      let compiled = try runtime.compile(graph, name: "encoder", for: "TPU", properties: [:])
      _ = try compiled.property("EXECUTION_DEVICES")
    } throws: { error in
      "\(error)".contains("TPU") && "\(error)".hasPrefix("cannot compile the encoder for TPU")
    }
  }

  @Test func `the encoder's tensors are described`() throws {
    let graph = try Runtime().readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
    #expect(
      try graph.inputs == [
        Port(name: "audio_signal", element: .float32, shape: [nil, 128, nil]),
        Port(name: "length", element: .int64, shape: [nil]),
      ])
    #expect(try graph.outputs.map(\.name) == ["outputs", "encoded_lengths"])
  }

  @Test func `a graph that is no decoder cannot be split`() throws {
    let runtime = try Runtime()
    #expect {
      let encoder = try runtime.readGraph(at: builtin.appending(path: "encoder-model.onnx").path)
      _ = try encoder.splitTransducer(tokenCount: 257)
    } throws: { error in
      "\(error)".contains("encoder_outputs")
    }
  }

  @Test func `more tokens than logits leave no durations`() throws {
    let runtime = try Runtime()
    #expect {
      let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
      _ = try fused.splitTransducer(tokenCount: 262)
    } throws: { error in
      "\(error)".contains("no durations are left")
    }
  }

  @Test func `a tensor is asked for by its name and in its type`() throws {
    let runtime = try Runtime()
    let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
    #expect(try fused.transducerTokenCount() == 257)
    let graphs = try fused.splitTransducer(tokenCount: 257)
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
  func `a token whose logit is biased away is never the best one`(arithmetic: String) throws {
    let runtime = try Runtime()
    // What the processor cannot compute in, it computes in f32.
    let fused = try runtime.readGraph(at: builtin.appending(path: "decoder_joint-model.onnx").path)
    let graphs = try fused.splitTransducer(tokenCount: 257)
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
      // All the others masked, the one that is left is certain.
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
    ])
  func `a message is brought down to what a person can use`(message: String, essence: String) {
    #expect(InferenceError.essence(of: message) == essence)
  }
}

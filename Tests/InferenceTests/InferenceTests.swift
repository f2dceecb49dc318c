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

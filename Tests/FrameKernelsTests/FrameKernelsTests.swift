import CFrameKernels
import Foundation
import Testing

/// A program over frames of one width, whose operands live as long as it.
private final class Program {
  private var steps: [lk_frame_step] = []
  private let memory = Memory()

  @discardableResult
  func step<Value>(
    _ kind: lk_frame_step_kind, _ values: [Value], width: Int = 0, count: Int = 0, taps: [Float]? = nil
  ) -> Program {
    var step = lk_frame_step()
    step.kind = kind
    step.values = UnsafeRawPointer(memory.kept(values))
    step.count = count
    step.width = width
    step.taps = taps.map { UnsafePointer(memory.kept($0)) }
    steps.append(step)
    return self
  }

  @discardableResult
  func step(_ kind: lk_frame_step_kind, _ number: Float = 0) -> Program {
    var step = lk_frame_step()
    step.kind = kind
    step.number = number
    steps.append(step)
    return self
  }

  /// Adds a step with a result, and returns the place of the result.
  func result<Value>(
    _ kind: lk_frame_step_kind, of type: Value.Type, _ size: Int, number: Float = 0, heads: Int = 0,
    bias: [Float]? = nil, magnitudes: Int = 0, stride: Int = 0
  ) -> (values: UnsafeMutablePointer<Value>, magnitudes: UnsafeMutablePointer<Float>) {
    var step = lk_frame_step()
    step.kind = kind
    step.number = number
    step.count = heads
    step.stride = stride
    step.values = bias.map { UnsafeRawPointer(memory.kept($0)) }
    let place = UnsafeMutableRawPointer(
      memory.kept([UInt8](repeating: 0, count: size * MemoryLayout<Value>.stride)))
    let others = memory.kept([Float](repeating: 0, count: magnitudes + 1))
    step.result = place
    step.magnitudes = others
    steps.append(step)
    return (place.bindMemory(to: Value.self, capacity: size), others)
  }

  /// Runs it for frames of sequences of a length.
  func run(_ processor: lk_processor, length: Int, _ frames: Range<Int>) {
    lk_frame_kernels_for(processor)?.pointee.run(
      steps, steps.count, length, frames.lowerBound, frames.upperBound)
  }
}

private func swish(_ x: Double) -> Double { x / (1 + exp(-x)) }

@Suite struct `Frame programs` {
  @Test(arguments: processors, [16, 80, 1024])
  func `sums and products change each value alone`(_ processor: lk_processor, width: Int) {
    let frames = 5
    let (x, scale, gain, bias, other) = (
      values(frames * width), values(frames, 2), values(width, 3), values(width, 4), values(frames * width, 5)
    )
    let program = Program().step(LK_FRAME_LOAD, x, width: width)
      .step(LK_FRAME_SCALE, scale).step(LK_FRAME_MULTIPLY, 0.5)
      .step(LK_FRAME_MULTIPLY_CHANNELS, gain).step(LK_FRAME_ADD_CHANNELS, bias).step(LK_FRAME_ADD, other)
    let result = program.result(LK_FRAME_STORE, of: Float.self, frames * width).values
    program.run(processor, length: frames, 0..<frames)
    let expected = x.indices.map { index in
      let (frame, channel) = (index / width, index % width)
      let product = Double(x[index]) * Double(scale[frame]) * 0.5 * Double(gain[channel])
      return product + Double(bias[channel]) + Double(other[index])
    }
    #expect(difference(floats(result, x.count), expected) < 1e-6)
  }

  @Test(arguments: processors, [16, 80, 1024])
  func `a norm has the mean 0 and the variance 1`(_ processor: lk_processor, width: Int) {
    let x = values(3 * width).map { $0 + 100 }
    let program = Program().step(LK_FRAME_LOAD, x, width: width).step(LK_FRAME_NORMALIZE, 1e-5)
    let result = program.result(LK_FRAME_STORE, of: Float.self, x.count).values
    program.run(processor, length: 3, 0..<3)
    let expected = (0..<3).flatMap { frame in
      let row = x[frame * width..<(frame + 1) * width].map(Double.init)
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      return row.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }
    #expect(difference(floats(result, x.count), expected) < 1e-5)
  }

  @Test(arguments: processors)
  func `a swish and a gate are exact at any level`(_ processor: lk_processor) {
    let levels: [Float] = [0, 1e-30, 0.1, 1, 7, 30, 88, 90, 1e4, 1e30]
    let x: [Float] = (0..<64).map { index in
      let level = levels[index / 2 % levels.count]
      return index % 2 == 0 ? level : -level
    }
    let swishes = Program().step(LK_FRAME_LOAD, x, width: 64).step(LK_FRAME_SWISH)
    let swished = swishes.result(LK_FRAME_STORE, of: Float.self, 64).values
    swishes.run(processor, length: 1, 0..<1)
    for (answer, x) in zip(floats(swished, 64), x) {
      let error = abs(Double(answer) - swish(Double(x)))
      #expect(error <= 1e-6 * max(1, abs(Double(x))), "\(x)")
    }
    let y = values(2 * 96)
    let gates = Program().step(LK_FRAME_LOAD, y, width: 96).step(LK_FRAME_GATE)
    let gated = gates.result(LK_FRAME_STORE, of: Float.self, 2 * 48).values
    gates.run(processor, length: 2, 0..<2)
    let expected = (0..<96).map { index in
      let start = index / 48 * 96 + index % 48
      return Double(y[start]) / (1 + exp(-Double(y[start + 48])))
    }
    #expect(difference(floats(gated, 96), expected) < 1e-6)
  }

  @Test(arguments: processors)
  func `heads change the order of values, with a bias or without`(_ processor: lk_processor) {
    let (length, heads, each) = (3, 4, 32)
    let (x, bias) = (values(2 * length * heads * each), values(heads * each, 2))
    func place(_ index: Int) -> Int {
      let (frame, channel) = (index / (heads * each), index % (heads * each))
      let head = frame / length * heads + channel / each
      return (head * length + frame % length) * each + channel % each
    }
    let apart = Program().step(LK_FRAME_LOAD, x, width: heads * each)
    let plain = apart.result(LK_FRAME_STORE_HEADS, of: Float.self, x.count, heads: heads).values
    let biased = apart.result(LK_FRAME_STORE_HEADS, of: Float.self, x.count, heads: heads, bias: bias).values
    apart.run(processor, length: length, 0..<2 * length)
    for index in x.indices {
      #expect(plain[place(index)] == x[index])
      #expect(biased[place(index)] == x[index] + bias[index % (heads * each)])
    }
    let joined = Program()
      .step(LK_FRAME_LOAD_HEADS, floats(plain, x.count), width: heads * each, count: heads)
    let result = joined.result(LK_FRAME_STORE, of: Float.self, x.count).values
    joined.run(processor, length: length, 0..<2 * length)
    #expect(floats(result, x.count) == x)
  }

  @Test(arguments: processors, [1, 3, 20])
  func `a convolution has zeros around each sequence`(_ processor: lk_processor, length: Int) {
    let width = 48
    let (x, taps) = (values(2 * length * width), values(9 * width, 2))
    let program = Program().step(LK_FRAME_CONVOLVE, x, width: width, count: 9, taps: taps)
    let result = program.result(LK_FRAME_STORE, of: Float.self, x.count).values
    program.run(processor, length: length, 0..<2 * length)
    let expected = x.indices.map { index in
      let (frame, channel) = (index / width, index % width)
      let (sequence, time) = (frame / length, frame % length)
      return (0..<9).reduce(0.0) { sum, tap in
        let other = time + tap - 4
        guard (0..<length).contains(other) else { return sum }
        return sum + Double(taps[tap * width + channel])
          * Double(x[(sequence * length + other) * width + channel])
      }
    }
    #expect(difference(floats(result, x.count), expected) < 1e-6)
  }

  @Test(arguments: processors)
  func `rounded frames have the largest step at their largest value`(_ processor: lk_processor) {
    let width = 80
    let x = values(2 * width) + [Float](repeating: 0, count: width)
    let program = Program().step(LK_FRAME_LOAD, x, width: width)
    let (steps, magnitudes) = program.result(
      LK_FRAME_ROUND_SIGNED, of: Int8.self, x.count, number: 1e-6, magnitudes: 3, stride: width)
    program.run(processor, length: 3, 0..<3)
    for frame in 0..<3 {
      let row = x[frame * width..<(frame + 1) * width]
      let most = row.map(abs).max() ?? 0
      #expect(magnitudes[frame] == max(most, 1e-6))
      for (index, value) in zip(row.indices, row) {
        let exact = Double(value) / Double(magnitudes[frame]) * 127
        #expect(abs(Double(steps[index]) - exact) <= 0.5001)
      }
    }
  }

  @Test(arguments: processors)
  func `rounded frames with an offset are unsigned, and can have a gap between them`(
    _ processor: lk_processor
  ) {
    let (width, stride) = (80, 144)
    let x = values(3 * width)
    let one = Program().step(LK_FRAME_LOAD, x, width: width)
    let (signed, _) = one.result(
      LK_FRAME_ROUND_SIGNED, of: Int8.self, x.count, number: 1e-6, magnitudes: 3, stride: width)
    one.run(processor, length: 3, 0..<3)
    let other = Program().step(LK_FRAME_LOAD, x, width: width)
    let (unsigned, magnitudes) = other.result(
      LK_FRAME_ROUND_OFFSET, of: UInt8.self, 3 * stride, number: 1e-6, magnitudes: 3, stride: stride)
    other.run(processor, length: 3, 0..<3)
    for frame in 0..<3 {
      #expect(magnitudes[frame] == x[frame * width..<(frame + 1) * width].map(abs).max())
      for index in 0..<width {
        #expect(Int(unsigned[frame * stride + index]) == Int(signed[frame * width + index]) + 128)
      }
      #expect((width..<stride).allSatisfy { unsigned[frame * stride + $0] == 0 })
    }
  }

  @Test(arguments: processors)
  func `rounding without a sign moves frames up`(_ processor: lk_processor) {
    let (width, bound) = (80, Float(0.3))
    let x = values(2 * width).map { max($0, -bound) } + [Float](repeating: -bound, count: width - 1) + [0]
    let program = Program().step(LK_FRAME_LOAD, x, width: width)
    let (steps, magnitudes) = program.result(
      LK_FRAME_ROUND_UNSIGNED, of: UInt8.self, x.count, number: bound, magnitudes: 3, stride: width)
    program.run(processor, length: 3, 0..<3)
    for (index, value) in x.enumerated() {
      let frame = index / width
      let most = x[frame * width..<(frame + 1) * width].max() ?? 0
      #expect(magnitudes[frame] == most + bound)
      let exact = Double(value + bound) / Double(magnitudes[frame]) * 255
      #expect(abs(Double(steps[index]) - exact) <= 0.5001)
    }
  }

  @Test(arguments: processors)
  func `bfloat16 is the upper half of a float`(_ processor: lk_processor) {
    let x = values(64)
    let program = Program().step(LK_FRAME_LOAD_BFLOAT16, x.map { UInt16($0.bitPattern >> 16) }, width: 32)
    let result = program.result(LK_FRAME_STORE, of: Float.self, 64).values
    program.run(processor, length: 2, 0..<2)
    #expect(floats(result, 64) == x.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) })
  }

  /// Threads share the frames of a program.
  @Test(arguments: processors)
  func `frames are the same in parts`(_ processor: lk_processor) {
    let (width, frames) = (80, 7)
    let x = values(frames * width)
    func answer(_ parts: [Range<Int>]) -> [Float] {
      let program = Program().step(LK_FRAME_LOAD, x, width: width)
      let sums = program.result(LK_FRAME_STORE, of: Float.self, x.count).values
      program.step(LK_FRAME_NORMALIZE, 1e-5)
      let norms = program.result(LK_FRAME_STORE, of: Float.self, x.count).values
      for part in parts { program.run(processor, length: frames, part) }
      return floats(sums, x.count) + floats(norms, x.count)
    }
    #expect(answer([0..<3, 3..<4, 4..<7]) == answer([0..<7]))
  }

  @Test(arguments: processors, [1, 5, 16, 17, 40])
  func `attention's weights depend on the distance between two frames`(_ processor: lk_processor, length: Int)
  {
    let heads = 2
    let (content, position) = (
      values(heads * length * length), values(heads * length * (2 * length - 1), 2)
    )
    var weights = [Float](repeating: 0, count: content.count)
    lk_frame_kernels_for(processor)?.pointee
      .relative_softmax(content, position, 0.25, length, 0, heads * length, &weights)
    let expected = (0..<heads * length).flatMap { row in
      let scores = (0..<length).map { column in
        let distance = column - row % length + length - 1
        let sum = Double(content[row * length + column]) + Double(position[row * (2 * length - 1) + distance])
        return exp(0.25 * sum)
      }
      return scores.map { $0 / scores.reduce(0, +) }
    }
    #expect(difference(weights, expected) < 1e-6)
  }

  @Test func `this processor has kernels, and the most capable are chosen`() {
    #expect(processors.first == LK_PROCESSOR_BASELINE)
    let best = processors.last.flatMap { lk_frame_kernels_for($0) }
    #expect(lk_frame_kernels_for_this_processor() == best)
  }
}

import CFrameKernels

/// The kinds of processors that this one is of.
let processors = [
  LK_PROCESSOR_BASELINE, LK_PROCESSOR_AVX2, LK_PROCESSOR_AVX2_VNNI, LK_PROCESSOR_AVX512,
  LK_PROCESSOR_AVX512_VNNI,
].filter { lk_frame_kernels_for($0) != nil }

/// Values between -4 and 4 that look random.
func values(_ count: Int, _ seed: Int = 1) -> [Float] {
  var state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761 | 1)
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / Float(1 << 24) * 8 - 4
  }
}

func floats(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
  (0..<count).map { values[$0] }
}

/// The greatest difference between numbers, as a fraction of the greatest number.
func difference(_ one: [Float], _ other: [Double]) -> Double {
  let most = other.map(abs).max() ?? 0
  return zip(one, other).map { abs(Double($0) - $1) }.max().map { $0 / max(most, 1e-30) } ?? 1
}

/// Memory for the operands of kernels, which lives as long as this object.
final class Memory {
  private var pointers: [UnsafeMutableRawPointer] = []

  deinit { for pointer in pointers { pointer.deallocate() } }

  func kept<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: values.count * MemoryLayout<Value>.stride, alignment: 64)
    pointers.append(pointer)
    return pointer.initializeMemory(as: Value.self, from: values, count: values.count)
  }
}

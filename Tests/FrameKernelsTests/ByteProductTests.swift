import CFrameKernels
import Testing

@Suite struct `Products of bytes` {
  /// A matrix [width, depth] with any bytes, and frames of it, with the exact sums.
  private struct Product {
    let (depth, width, count): (Int, Int, Int)
    let offset: Int
    let matrix: [Int8]
    let frames: [UInt8]
    let (scales, magnitudes): ([Float], [Float])
    let stride: Int

    /// - frame: The value of all bytes of frames, and `weight` that of the matrix, if they are not to be any.
    init(depth: Int, width: Int, count: Int, offset: Int, frame: UInt8? = nil, weight: Int8? = nil) {
      (self.depth, self.width, self.count, self.offset) = (depth, width, count, offset)
      stride = depth + Int(LK_ROUNDED_GAP)
      matrix = values(width * depth).map { weight ?? Int8(truncatingIfNeeded: Int($0 * 32)) }
      frames = values(count * stride, 2).map { frame ?? UInt8(clamping: Int($0 * 32) + 128) }
      scales = values(width, 3)
      magnitudes = values(count, 4).map(abs)
    }

    /// The product in double precision.
    var expected: [Double] {
      (0..<count * width).map { place in
        let (frame, column) = (place / width, place % width)
        let sum = (0..<depth).reduce(0) { sum, index in
          sum + (Int(frames[frame * stride + index]) - offset) * Int(matrix[column * depth + index])
        }
        return Double(sum) * Double(scales[column]) * Double(magnitudes[frame]) / 127
      }
    }

    /// The product by panels, in the parts that threads would have.
    func answer(_ processor: lk_processor, _ parts: [Range<Int>]) -> [Float] {
      let memory = Memory()
      let panels = memory.kept([Int8](repeating: 0, count: matrix.count))
      let offsets = memory.kept([Int32](repeating: 0, count: width))
      var result = [Float](repeating: .nan, count: count * width)
      lk_pack_bytes(matrix, depth, 0, width, Int32(offset), panels, offsets)
      var rounded = lk_rounded_frames(
        values: memory.kept(frames), count: count, stride: stride, magnitudes: memory.kept(magnitudes),
        factor: 1 / 127)
      var matrix = lk_byte_matrix(
        panels: panels, scales: memory.kept(scales), offsets: offsets, depth: depth, width: width)
      withExtendedLifetime(memory) {
        for part in parts {
          lk_frame_kernels_for(processor)?.pointee
            .multiply(&rounded, &matrix, part.lowerBound, part.upperBound, panels, &result)
        }
      }
      return result
    }
  }

  /// Frames of every height of a tile, and of several tiles.
  @Test(arguments: processors, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 40])
  func `sums are exact for any number of frames`(_ processor: lk_processor, count: Int) {
    let product = Product(depth: 68, width: 96, count: count, offset: 128)
    #expect(difference(product.answer(processor, [0..<3]), product.expected) < 1e-6)
  }

  @Test(arguments: processors)
  func `frames without an offset are positive`(_ processor: lk_processor) {
    let product = Product(depth: 4, width: 32, count: 7, offset: 0)
    #expect(difference(product.answer(processor, [0..<1]), product.expected) < 1e-6)
  }

  /// The largest sums of a feed-forward layer.
  @Test(arguments: processors)
  func `extreme bytes do not overflow`(_ processor: lk_processor) {
    let product = Product(depth: 4096, width: 32, count: 1, offset: 128, frame: 255, weight: -128)
    #expect(difference(product.answer(processor, [0..<1]), product.expected) < 1e-6)
  }

  @Test(arguments: processors)
  func `panels are the same in parts`(_ processor: lk_processor) {
    let product = Product(depth: 64, width: 160, count: 14, offset: 128)
    #expect(product.answer(processor, [3..<5, 0..<1, 1..<3]) == product.answer(processor, [0..<5]))
  }
}

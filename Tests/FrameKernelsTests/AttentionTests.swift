import CFrameKernels
import Foundation
import Testing

@Suite struct `Attention of a head` {
  /// Attention over a sequence with a table of positions of which a later row is the first.
  private struct Attention {
    let (length, heads, each): (Int, Int, Int)
    let (queries, keys, values): ([Float], [Float], [Float])
    let (contentBias, positionBias): ([Float], [Float])
    let positions: [UInt16]
    let first = 5
    var width: Int { heads * each }
    var rows: Int { positions.count / width }

    init(length: Int, heads: Int, each: Int) {
      (self.length, self.heads, self.each) = (length, heads, each)
      let width = heads * each
      func numbers(_ count: Int, _ seed: Int) -> [Float] {
        FrameKernelsTests.values(count, seed).map { $0 / 4 }
      }
      (queries, keys, values) = (
        numbers(length * width, 1), numbers(length * width, 2), numbers(length * width, 3)
      )
      (contentBias, positionBias) = (numbers(width, 4), numbers(width, 5))
      positions = numbers((first + 2 * length - 1) * width, 6).map { UInt16($0.bitPattern >> 16) }
    }

    private func dot(_ head: Int, _ query: Int, _ bias: [Float], _ other: (Int) -> Double) -> Double {
      (head * each..<(head + 1) * each).reduce(0) { sum, channel in
        sum + (Double(queries[query * width + channel]) + Double(bias[channel])) * other(channel)
      }
    }

    /// The result in double precision, as the paper has it.
    var expected: [Double] {
      var result = [Double](repeating: 0, count: length * width)
      for head in 0..<heads {
        for query in 0..<length {
          let weights = (0..<length).map { key in
            let row = first + length - 1 - query + key
            let content = dot(head, query, contentBias) { Double(keys[key * width + $0]) }
            let position = dot(head, query, positionBias) {
              Double(Float(bitPattern: UInt32(positions[row * width + $0]) << 16))
            }
            return exp(0.25 * (content + position))
          }
          let total = weights.reduce(0, +)
          for (key, weight) in weights.enumerated() {
            for channel in head * each..<(head + 1) * each {
              result[query * width + channel] += weight / total * Double(values[key * width + channel])
            }
          }
        }
      }
      return result
    }

    /// The result of the kernels, for the rows of each head in parts.
    func answer(_ processor: lk_processor, _ parts: [Range<Int>]) -> [Float] {
      guard let kernels = lk_frame_kernels_for(processor)?.pointee else { return [] }
      let memory = Memory()
      let table = memory.kept([UInt16](repeating: 0, count: (rows + 31) / 32 * 32 * width))
      lk_pack_positions(positions, rows, width, heads, table)
      let result = memory.kept([Float](repeating: .nan, count: queries.count))
      var attention = lk_attention(
        queries: memory.kept(queries), keys: memory.kept(keys), values: memory.kept(values),
        content_bias: memory.kept(contentBias), position_bias: memory.kept(positionBias), positions: table,
        positions_length: rows, first: first, length: length,
        width: width, heads: heads, factor: 0.25, result: result)
      // What was in the memory before does not matter.
      var scratch = [Float](repeating: .nan, count: kernels.attention_scratch_size(length, each))
      return withExtendedLifetime(memory) {
        for head in 0..<heads {
          for part in parts { kernels.attend(&attention, head, part.lowerBound, part.upperBound, &scratch) }
        }
        return floats(result, queries.count)
      }
    }
  }

  @Test(arguments: processors, [1, 2, 12, 13, 31, 32, 33, 70])
  func `results are those of the paper's formula`(_ processor: lk_processor, length: Int) {
    let attention = Attention(length: length, heads: 2, each: 64)
    #expect(difference(attention.answer(processor, [0..<length]), attention.expected) < 1e-5)
  }

  @Test(arguments: processors)
  func `rows are the same in parts`(_ processor: lk_processor) {
    let attention = Attention(length: 50, heads: 3, each: 32)
    let parts = attention.answer(processor, [20..<50, 0..<1, 1..<20])
    #expect(difference(parts, attention.expected) < 1e-5)
  }
}

/// Converts uncompressed audio, in pieces of any length, to interleaved samples in [-1, 1].
struct PCMDecoder: Sendable {
  let format: PCMFormat
  /// The bytes of an incomplete frame.
  private var rest: [UInt8] = []

  init(format: PCMFormat) {
    self.format = format
  }

  /// Appends bytes and returns the samples of complete frames, channels interleaved.
  mutating func append(_ bytes: Span<UInt8>) -> [Float] {
    let size = format.bytesPerFrame
    var samples: [Float] = []
    samples.reserveCapacity((rest.count + bytes.count) / format.bytesPerSample)
    var next = 0
    if !rest.isEmpty {
      while rest.count < size, next < bytes.count {
        rest.append(bytes[next])
        next += 1
      }
      guard rest.count == size else { return samples }
      add(rest.span, at: 0, to: &samples)
      rest.removeAll(keepingCapacity: true)
    }
    while next + size <= bytes.count {
      add(bytes, at: next, to: &samples)
      next += size
    }
    while next < bytes.count {
      rest.append(bytes[next])
      next += 1
    }
    return samples
  }

  private func add(_ bytes: Span<UInt8>, at start: Int, to samples: inout [Float]) {
    var index = start
    for _ in 0..<format.channels {
      samples.append(sample(bytes, at: index))
      index += format.bytesPerSample
    }
  }

  private func sample(_ bytes: Span<UInt8>, at index: Int) -> Float {
    switch format.bytesPerSample {
    case 1:
      return (Float(bytes[index]) - 128) * 0x1p-7
    case 2:
      let bits = UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
      return Float(Int16(bitPattern: bits)) * 0x1p-15
    default:
      // Three or four bytes in the high-order bytes of 32 bits.
      var bits: UInt32 = 0
      for offset in 0..<format.bytesPerSample {
        bits |= UInt32(bytes[index + offset]) << (8 * UInt32(4 - format.bytesPerSample + offset))
      }
      return Float(Int32(bitPattern: bits)) * 0x1p-31
    }
  }
}

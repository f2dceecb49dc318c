/// A decoder of a recording's bytes.
protocol AudioDecoder: AnyObject {
  /// The sample rate, in hertz.
  var sampleRate: Int { get }
  var channels: Int { get }
  /// The number of frames (one sample of every channel); `nil` if it is not known before decoding.
  var frameCount: Int? { get }
  /// True if that number is exact and not an estimate.
  var countIsExact: Bool { get }

  /// Decodes up to `frames` frames, interleaved in [-1, 1], and returns their number, 0 at the end.
  func read(into samples: inout [Float], frames: Int) -> Int

  /// The error in the bytes read so far; `nil` if there is none.
  var problem: String? { get }
}

/// A decoder of consecutive recordings in one file.
final class ChainedDecoder: AudioDecoder {
  private let decoders: [any AudioDecoder]
  private var current = 0
  let sampleRate: Int
  let channels: Int

  /// Returns one decoder for all; `nil` if there are none or their formats differ.
  static func chained(_ decoders: [any AudioDecoder]) -> (any AudioDecoder)? {
    guard let first = decoders.first,
      decoders.allSatisfy({ $0.sampleRate == first.sampleRate && $0.channels == first.channels })
    else { return nil }
    return decoders.count == 1 ? first : ChainedDecoder(decoders, like: first)
  }

  private init(_ decoders: [any AudioDecoder], like first: any AudioDecoder) {
    self.decoders = decoders
    sampleRate = first.sampleRate
    channels = first.channels
  }

  var frameCount: Int? {
    decoders.reduce(0) { sum, decoder in
      guard let sum, let count = decoder.frameCount else { return nil }
      return sum + count
    }
  }

  var countIsExact: Bool { decoders.allSatisfy(\.countIsExact) }

  func read(into samples: inout [Float], frames: Int) -> Int {
    while true {
      let count = decoders[current].read(into: &samples, frames: frames)
      if count > 0 || current == decoders.count - 1 { return count }
      guard decoders[current].problem == nil else { return 0 }
      current += 1
    }
  }

  var problem: String? { decoders[current].problem }
}

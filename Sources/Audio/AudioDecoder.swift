/// What makes samples of a recording's bytes.
protocol AudioDecoder: AnyObject {
  /// Samples a second.
  var sampleRate: Int { get }
  var channels: Int { get }
  /// Frames of all channels, as far as is known before they are decoded.
  var frameCount: Int? { get }
  /// Whether that number is a promise, and no estimate.
  var countIsExact: Bool { get }

  /// Decodes up to `frames` frames, interleaved in [-1, 1]; returns how many there were, 0 at the end.
  func read(into samples: inout [Float], frames: Int) -> Int

  /// What is wrong with the bytes that have been read.
  var problem: String? { get }
}

/// Recordings that stand in one file one behind the other.
final class ChainedDecoder: AudioDecoder {
  private let decoders: [any AudioDecoder]
  private var current = 0
  let sampleRate: Int
  let channels: Int

  /// One decoder for all, `nil` if there is none or their formats differ.
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

/// The way in which a recording can be read, as its first bytes tell.
public enum RecordingKind: Sendable, Equatable {
  /// WAV with integer samples, which can be read while it arrives.
  case wave(WaveLayout)
  /// A format that only other programs read, with its name: "WebM".
  case foreign(String)
  /// Another format: ``AudioReader`` reads it when it is complete, or refuses it.
  case other

  /// The number of bytes by which the kind is known.
  private static let reach = 65_536

  /// Finds the kind.
  ///
  /// - Parameters:
  ///   - head: The first bytes.
  ///   - isComplete: True if these are all bytes.
  /// - Returns: `nil` if more bytes are needed.
  public init?(head: [UInt8], isComplete: Bool) {
    let bytes = MemoryBytes(head)
    if bytes.has("RIFF", at: 0), bytes.has("WAVE", at: 8) {
      switch WaveLayout.find(in: bytes) {
      case .found(let layout): self = .wave(layout)
      case .unknown: self = .other
      case .needsMore:
        guard isComplete || head.count >= Self.reach else { return nil }
        self = .other
      }
      return
    }
    // The name of a format can follow its first bytes.
    guard isComplete || head.count >= 64 else { return nil }
    self =
      Container.find(in: bytes) == nil ? ForeignFormat.name(of: bytes).map(Self.foreign) ?? .other : .other
  }
}

/// The place and the format of the samples in a WAV file.
public struct WaveLayout: Sendable, Equatable {
  /// The format of the samples.
  public let format: PCMFormat
  /// The offset of the first sample, in bytes.
  public let start: Int
  /// The length of the samples, in bytes; `nil` if the writing program did not know it.
  public let length: Int?

  /// The result of a search in the first bytes of a file.
  enum Search: Equatable {
    case found(WaveLayout)
    /// Another codec, or a header that needs a closer look.
    case unknown
    case needsMore
  }

  /// Reads the header of a file whose first bytes are known.
  static func find(in bytes: MemoryBytes) -> Search {
    var format: PCMFormat?
    var reached = 12
    for chunk in ChunkLayout().chunks(in: bytes, from: 12) {
      if chunk.isNamed("fmt ") {
        guard chunk.offset + chunk.length <= bytes.size else { return .needsMore }
        format = self.format(of: chunk, in: bytes)
        guard format != nil else { return .unknown }
      }
      if chunk.isNamed("data") {
        // A stated length of 0 can mean that it is not known, which only the file's size tells.
        guard let format, chunk.stated > 0 else { return .unknown }
        return .found(
          WaveLayout(
            format: format, start: chunk.offset,
            length: Placeholder.isLength32(chunk.stated) ? nil : chunk.stated))
      }
      reached = chunk.offset + chunk.length
    }
    // After the last chunk there is nothing, or a part of the next one.
    return reached + 8 > bytes.size ? .needsMore : .unknown
  }

  private static func format(of chunk: Chunk, in bytes: MemoryBytes) -> PCMFormat? {
    func number(_ offset: Int, _ count: Int) -> Int {
      bytes.number(at: chunk.offset + offset, count: count, .littleEndian) ?? 0
    }
    guard chunk.length >= 16 else { return nil }
    let isExtensible = number(0, 2) == 0xFFFE
    guard (isExtensible && chunk.length >= 26 ? number(24, 2) : number(0, 2)) == 1 else { return nil }
    let (channels, rate, bits) = (number(2, 2), number(4, 4), number(14, 2))
    guard bits.isMultiple(of: 8), bits > 0, number(12, 2) == channels * bits / 8 else { return nil }
    return try? PCMFormat(sampleRate: rate, bytesPerSample: bits / 8, channels: channels)
  }
}

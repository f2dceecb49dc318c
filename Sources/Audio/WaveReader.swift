/// Reads a WAV file with integer samples while it arrives, in the format of speech features: 16 kHz, mono, in [-1, 1].
public struct WaveReader: ~Copyable {
  private let layout: WaveLayout
  private let source: String
  private var stream: PCMStream
  /// The number of bytes of the file that came so far.
  private var position = 0

  /// Creates a reader for a file whose header is known.
  ///
  /// - Parameter source: The name in errors.
  public init(_ layout: WaveLayout, source: String) throws(AudioError) {
    self.layout = layout
    self.source = source
    stream = try PCMStream(format: layout.format)
  }

  /// Takes the next bytes of the file, from its first one on, and returns the samples that they complete.
  public mutating func append(_ bytes: [UInt8]) throws(AudioError) -> [Float] {
    let end = layout.length.map { layout.start + $0 } ?? .max
    let from = min(max(layout.start - position, 0), bytes.count)
    let to = max(from, min(end - position, bytes.count))
    position += bytes.count
    return try stream.append(bytes.span.extracting(from..<to))
  }

  /// Returns the last samples at the end of the file.
  ///
  /// - Throws: ``AudioError`` if the file has less audio than its header promises.
  public mutating func finish() throws(AudioError) -> [Float] {
    let found = max(0, position - layout.start)
    if let length = layout.length, found < length {
      let perSecond = Double(layout.format.bytesPerFrame * layout.format.sampleRate)
      throw AudioError(
        source: source,
        reason: .truncated(
          promisedSeconds: Double(length) / perSecond, foundSeconds: Double(found) / perSecond))
    }
    return try stream.finish()
  }
}

/// Bytes that replace a range of a file.
struct Patch: Equatable {
  let range: Range<Int>
  let bytes: [UInt8]

  /// Creates a patch that replaces as many bytes as it has.
  init(at offset: Int, _ bytes: [UInt8]) {
    self.init(offset..<offset + bytes.count, bytes)
  }

  init(_ range: Range<Int>, _ bytes: [UInt8]) {
    self.range = range
    self.bytes = bytes
  }
}

/// Ranges of a source, concatenated and patched: the view of a file that a decoder reads.
struct SplicedBytes: ByteSource {
  private enum Piece {
    case original(Range<Int>)
    case inserted([UInt8])

    var count: Int {
      switch self {
      case .original(let range): range.count
      case .inserted(let bytes): bytes.count
      }
    }
  }

  let size: Int
  private let source: any ByteSource
  private var pieces: [Piece] = []
  /// The offset of each piece.
  private var starts: [Int] = []

  /// - Parameters:
  ///   - ranges: The ranges of the source, in this order.
  ///   - patches: The replaced bytes; in order, and each within one of the ranges.
  init(_ source: any ByteSource, ranges: [Range<Int>], patches: [Patch] = []) {
    self.source = source
    for range in ranges {
      var start = range.lowerBound
      for patch in patches where range.contains(patch.range.lowerBound) && patch.range.lowerBound >= start {
        pieces.append(.original(start..<patch.range.lowerBound))
        pieces.append(.inserted(patch.bytes))
        start = min(range.upperBound, patch.range.upperBound)
      }
      pieces.append(.original(start..<range.upperBound))
    }
    var size = 0
    for piece in pieces {
      starts.append(size)
      size += piece.count
    }
    self.size = size
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard offset >= 0, offset < size else { return 0 }
    var index = self.piece(at: offset)
    var filled = 0
    while filled < buffer.count, index < pieces.count {
      let within = offset + filled - starts[index]
      let count = min(buffer.count - filled, pieces[index].count - within)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + max(0, count)])
      switch pieces[index] {
      case .original(let range):
        let read = count > 0 ? source.read(at: range.lowerBound + within, into: target) : 0
        filled += read
        guard read == count else { return filled }
      case .inserted(let bytes):
        target.copyBytes(from: bytes[within..<within + count])
        filled += count
      }
      index += 1
    }
    return filled
  }

  /// Returns the index of the last piece that begins at or before `offset`.
  private func piece(at offset: Int) -> Int {
    var (low, high) = (0, pieces.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// A read position in a source, for C libraries.
final class ByteCursor {
  let source: any ByteSource
  private(set) var position = 0

  init(_ source: any ByteSource) {
    self.source = source
  }

  /// True if all bytes have been read.
  var isAtEnd: Bool { position >= source.size }

  /// Moves as `lseek` does, also past the end: a damaged header can name any position.
  func seek(_ offset: Int, from base: SeekBase) -> Int {
    let start =
      switch base {
      case .start: 0
      case .current: position
      case .end: source.size
      }
    let (target, overflow) = start.addingReportingOverflow(offset)
    position = overflow ? source.size : max(0, target)
    return position
  }

  func read(_ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    guard let target, count > 0 else { return 0 }
    let read = source.read(at: position, into: UnsafeMutableRawBufferPointer(start: target, count: count))
    position += read
    return read
  }
}

/// The origin of a seek.
enum SeekBase {
  case start
  case current
  case end
}

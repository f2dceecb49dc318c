internal import Audio
internal import Synchronization

/// A recording that is decoded while it arrives, as far as its decoder reads it from the beginning to the end.
///
/// A decoder can go anywhere in a recording, and some need its end first. One that has asked for bytes which are not
/// there yet is given up.
struct ArrivingRecording {
  private let upload: Upload
  private let bytes: ArrivingBytes
  /// The number of bytes that are there before the decoder is asked: more than it reads for a second of audio.
  private static let readAhead = 1 << 18

  /// Creates a recording; `nil` if its length is not known.
  init?(_ upload: Upload) {
    guard let count = upload.expectedCount, count > 0 else { return nil }
    self.upload = upload
    bytes = ArrivingBytes(upload, size: count)
  }

  /// Decodes the recording, and calls `body` with its samples.
  ///
  /// - Returns: False if more samples follow, or an error, which only the complete recording tells.
  func forEachSamples(_ body: ([Float]) async throws -> Void) async throws -> Bool {
    guard let reader = try await opened() else { return false }
    while true {
      try await upload.arrival(of: bytes.reach + Self.readAhead)
      let samples: [Float]?
      do {
        samples = try await blocking { try reader.next() }
      } catch is AudioError {
        return false
      }
      guard bytes.missing == nil else { return false }
      guard let samples else { return try await upload.arrival(of: .max).count == bytes.size }
      try await body(samples)
    }
  }

  /// Opens the recording when enough of it is there; `nil` if it cannot be opened.
  private func opened() async throws -> RecordingReader? {
    var needed = Self.readAhead
    while true {
      let (count, isComplete) = try await upload.arrival(of: needed)
      bytes.restart()
      let reader = try? await blocking { [bytes, name = upload.name] in
        RecordingReader(try AudioReader(bytes, name: name))
      }
      guard let missing = bytes.missing else { return reader }
      if isComplete { return nil }
      // At least twice as much: the headers of some formats are spread over the recording.
      needed = max(2 * count, missing + Self.readAhead)
    }
  }
}

/// The bytes of an upload, which may still be arriving.
private final class ArrivingBytes: ByteSource, Sendable {
  private struct State {
    var reach = 0
    var missing: Int?
  }

  let size: Int
  private let upload: Upload
  private let state = Mutex(State())

  init(_ upload: Upload, size: Int) {
    self.upload = upload
    self.size = size
  }

  /// The offset up to which bytes have been asked for.
  var reach: Int { state.withLock { $0.reach } }
  /// The first offset at which bytes have been asked for that were not there.
  var missing: Int? { state.withLock { $0.missing } }

  /// Forgets what has been asked for.
  func restart() { state.withLock { $0 = State() } }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let wanted = min(buffer.count, size - offset)
    guard offset >= 0, wanted > 0 else { return 0 }
    // An error of the file is an error of the recording, when all is there.
    let found = (try? upload.read(at: offset, upTo: wanted)) ?? []
    buffer.copyBytes(from: found)
    state.withLock { state in
      state.reach = max(state.reach, offset + wanted)
      if found.count < wanted { state.missing = state.missing ?? offset + found.count }
    }
    return found.count
  }
}

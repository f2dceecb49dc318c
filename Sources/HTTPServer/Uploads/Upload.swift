internal import Audio
internal import Synchronization
internal import SystemPaths

/// The bytes of an uploaded recording, which one task writes and another reads while they arrive.
///
/// A short one is kept in memory, a long one in an ``UploadFile``: the memory does not depend on the length.
final class Upload: Sendable {
  private struct State {
    /// The bytes, as long as there is no file.
    var memory: [UInt8] = []
    var file: UploadFile?
    var count = 0
    /// The time at which the last byte came; `nil` before.
    var completionTime: ContinuousClock.Instant?

    var isComplete: Bool { completionTime != nil }
  }

  /// The number of bytes up to which an upload is kept in memory.
  private static let memoryLimit = 1 << 19

  /// The recording's name, for errors.
  let name: String
  /// The length of the recording in bytes, as the length of the form suggests; `nil` if it is not known.
  let expectedCount: Int?
  private let directory: String
  private let state = Mutex(State())
  private let growth: AsyncStream<Void>
  private let grown: AsyncStream<Void>.Continuation

  /// Creates an empty upload.
  ///
  /// - Parameters:
  ///   - name: The recording's name as the client gives it, for errors only.
  ///   - expectedCount: The probable length of the recording in bytes, if it is known.
  ///   - directory: The directory whose file system has the file.
  init(name: String?, expectedCount: Int?, directory: String) {
    self.expectedCount = expectedCount
    self.name = name.map { String($0.readable.prefix(200)) } ?? "the recording"
    self.directory = directory
    (growth, grown) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Appends bytes.
  func append(_ bytes: [UInt8]) async throws {
    let (file, offset) = state.withLock { ($0.file, $0.count) }
    if let file {
      try await blocking { try file.write(bytes, at: offset) }
    } else if offset + bytes.count > Self.memoryLimit {
      let memory = state.withLock { $0.memory }
      let file = try await blocking { [directory] in
        let file = try UploadFile(in: directory)
        try file.write(memory + bytes, at: 0)
        return file
      }
      state.withLock { ($0.file, $0.memory) = (file, []) }
    } else {
      state.withLock { $0.memory += bytes }
    }
    state.withLock { $0.count += bytes.count }
    grown.yield()
  }

  /// Notes that all bytes are there.
  func finish() {
    state.withLock { $0.completionTime = .now }
    grown.finish()
  }

  /// The time at which the last byte came, or the present one before.
  var completionTime: ContinuousClock.Instant { state.withLock { $0.completionTime } ?? .now }

  /// Waits until a number of bytes is there, or all are.
  ///
  /// - Returns: The number of bytes that are there.
  @discardableResult
  func arrival(of needed: Int) async throws -> (count: Int, isComplete: Bool) {
    var arrivals = growth.makeAsyncIterator()
    while true {
      let (count, isComplete) = state.withLock { ($0.count, $0.isComplete) }
      if count >= needed || isComplete { return (count, isComplete) }
      _ = await arrivals.next(isolation: #isolation)
      try Task.checkCancellation()
    }
  }

  /// Returns up to 64 kB from an offset on, and waits for them; `nil` at the end.
  func bytes(at offset: Int) async throws -> [UInt8]? {
    let known = try await arrival(of: offset + 1).count
    guard known > offset else { return nil }
    let wanted = min(known - offset, 65_536)
    // Bytes in memory need no other thread.
    if let bytes = state.withLock({ $0.file == nil ? Array($0.memory[offset..<offset + wanted]) : nil }) {
      return bytes
    }
    return try await blocking { [self] in try read(at: offset, upTo: wanted) }
  }

  /// Returns up to `count` bytes that are there, from an offset on. Blocks.
  func read(at offset: Int, upTo count: Int) throws(FileError) -> [UInt8] {
    let (memory, file) = state.withLock { state in
      let range = min(offset, state.memory.count)..<min(offset + count, state.memory.count)
      return (Array(state.memory[range]), state.file)
    }
    return if let file { try file.read(at: offset, upTo: count) } else { memory }
  }

  /// Returns the first bytes, by which the format is known.
  func kind() async throws -> RecordingKind {
    var head: [UInt8] = []
    while true {
      guard let more = try await bytes(at: head.count) else {
        return RecordingKind(head: head, isComplete: true) ?? .other
      }
      head += more
      if let kind = RecordingKind(head: head, isComplete: false) { return kind }
    }
  }

  /// Waits for the whole upload, and opens it.
  func reader() async throws -> RecordingReader {
    try await arrival(of: .max)
    let (memory, file, count) = state.withLock { ($0.memory, $0.file, $0.count) }
    return try await blocking { [name] in
      guard let file else { return RecordingReader(try AudioReader(memory, name: name)) }
      return RecordingReader(try AudioReader(descriptor: file.descriptor, size: count, name: name))
    }
  }

  /// Waits for the whole upload, and returns a file with it.
  func completeFile() async throws -> UploadFile {
    try await arrival(of: .max)
    let (memory, file) = state.withLock { ($0.memory, $0.file) }
    if let file { return file }
    return try await blocking { [directory] in
      let file = try UploadFile(in: directory)
      try file.write(memory, at: 0)
      return file
    }
  }

}

/// A reader of a recording, for threads that may block.
final class RecordingReader: Sendable {
  private let reader: Mutex<AudioReader>

  init(_ reader: consuming sending AudioReader) {
    self.reader = Mutex(reader)
  }

  /// Returns the next samples; `nil` at the end. Blocks.
  func next() throws(AudioError) -> [Float]? {
    try reader.withLock { reader throws(AudioError) in try reader.next() }
  }
}

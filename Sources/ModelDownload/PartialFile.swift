internal import Glibc
internal import ModelStore
internal import NIOCore
internal import Storage
internal import SystemPaths

/// A file that is being downloaded: `NAME.partial`, of full size from the start, and `NAME.journal`, which lists the
/// bytes that have arrived. Whatever happens to the process or the machine, bytes in the journal are on the disk.
actor PartialFile {
  nonisolated let identity: FileIdentity
  private let path: String
  private let content: OpenFile
  private let journal: OpenFile
  private var journalEnd: Int
  /// The ranges in the journal.
  private(set) var finished: ByteRanges

  /// Opens the partial file that an earlier attempt left of this content, or creates one.
  ///
  /// - Parameter path: The final path.
  static func open(_ path: String, of identity: FileIdentity) async throws(FileError) -> PartialFile {
    try await onFileThread { () throws(FileError) in try PartialFile(path, identity) }
  }

  private init(_ path: String, _ identity: FileIdentity) throws(FileError) {
    self.path = path
    self.identity = identity
    let finished = Self.finished(path, of: identity)
    // Without a journal of its own a partial file's bytes mean nothing.
    if finished == nil {
      try Files.removeFile("\(path).journal")
      try Files.removeFile("\(path).partial")
    }
    content = try OpenFile("\(path).partial", flags: O_RDWR | O_CREAT)
    try content.resize(to: identity.size)
    self.finished = finished ?? ByteRanges()
    // Rewritten: the last line of the old one can be incomplete.
    let lines = self.finished.ranges.map(TransferJournal.line).joined()
    let text = Array((TransferJournal.header(identity) + lines).utf8)
    try Files.replace("\(path).journal", with: text)
    journal = try OpenFile("\(path).journal", flags: O_WRONLY)
    journalEnd = text.count
  }

  /// Returns the bytes that an earlier attempt left of this content; `nil` if none of them can be used.
  static func finished(_ path: String, of identity: FileIdentity) -> ByteRanges? {
    guard Files.size(of: "\(path).partial") == identity.size,
      let file = try? OpenFile("\(path).journal", flags: O_RDONLY),
      let size = try? file.size, size <= 16 << 20
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
    return TransferJournal.parse(String(decoding: bytes.prefix(count), as: UTF8.self), of: identity)
  }

  /// Writes bytes, which count when their range is committed.
  nonisolated func write(_ bytes: ByteBuffer, at offset: Int) async throws(FileError) {
    let content = content
    try await onFileThread { () throws(FileError) in
      try bytes.readableBytesView.withUnsafeBytes { bytes throws(FileError) in
        try content.write(bytes, at: offset)
      }
    }
  }

  /// Adds a written range to the journal, once it is on the disk.
  func commit(_ range: Range<Int>) async throws(FileError) {
    guard !range.isEmpty else { return }
    let content = content
    try await onFileThread { () throws(FileError) in try content.synchronize() }
    // No suspension from here on, so that lines are not mixed. A line is too short to block for long.
    let line = Array(TransferJournal.line(range).utf8)
    try journal.write(line, at: journalEnd)
    journalEnd += line.count
    finished.insert(range)
  }

  /// Gives the file its final name if its content is right, or else deletes it.
  ///
  /// - Returns: The hash of the content, right or wrong.
  func finish() async throws(FileError) -> FileHash {
    let path = path
    let content = content
    try await onFileThread { () throws(FileError) in try content.synchronize() }
    let hash = try await FileHash.of("\(path).partial")
    let isRight = hash.matches(identity)
    try await onFileThread { () throws(FileError) in
      if isRight {
        try Files.move("\(path).partial", to: path)
      } else {
        try Files.removeFile("\(path).partial")
      }
      try Files.removeFile("\(path).journal")
    }
    return hash
  }
}

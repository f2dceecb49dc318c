internal import Glibc
internal import ModelStore
internal import NIOCore

/// A file on its way: `NAME.partial`, of full size from the start, and `NAME.journal`, which says which bytes of it are
/// there. Whatever happens to the process or the machine, what the journal says is on disk.
actor PartialFile {
  nonisolated let identity: FileIdentity
  private let path: String
  private let content: OpenFile
  private let journal: OpenFile
  private var journalEnd: Int
  /// What the journal says.
  private(set) var finished: ByteRanges

  /// Opens what an earlier attempt has left of this content, or begins anew.
  ///
  /// - Parameter path: The final path.
  static func open(_ path: String, of identity: FileIdentity) async throws(SystemError) -> PartialFile {
    try await onFileThread { () throws(SystemError) in try PartialFile(path, identity) }
  }

  private init(_ path: String, _ identity: FileIdentity) throws(SystemError) {
    self.path = path
    self.identity = identity
    let finished = Self.finished(path, of: identity)
    // Without a journal of its own a partial file's bytes mean nothing.
    if finished == nil {
      try FileSystem.remove("\(path).journal")
      try FileSystem.remove("\(path).partial")
    }
    content = try OpenFile("\(path).partial", flags: O_RDWR | O_CREAT)
    try content.resize(to: identity.size)
    self.finished = finished ?? ByteRanges()
    // Written anew: the old one's last line may be half a line.
    let lines = self.finished.ranges.map(TransferJournal.line).joined()
    let text = Array((TransferJournal.header(identity) + lines).utf8)
    try FileSystem.replace("\(path).journal", with: text)
    journal = try OpenFile("\(path).journal", flags: O_WRONLY)
    journalEnd = text.count
  }

  /// Bytes that an earlier attempt has left of this content.
  static func finished(_ path: String, of identity: FileIdentity) -> ByteRanges? {
    guard FileSystem.size(of: "\(path).partial") == identity.size,
      let file = try? OpenFile("\(path).journal", flags: O_RDONLY),
      let size = try? file.size, size <= 16 << 20
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
    return TransferJournal.parse(String(decoding: bytes.prefix(count), as: UTF8.self), of: identity)
  }

  /// Writes bytes whose place is known; they count when their range is committed.
  nonisolated func write(_ bytes: ByteBuffer, at offset: Int) async throws(SystemError) {
    let content = content
    try await onFileThread { () throws(SystemError) in
      try bytes.readableBytesView.withUnsafeBytes { bytes throws(SystemError) in
        try content.write(bytes, at: offset)
      }
    }
  }

  /// Notes bytes that were written as finished, once they are on disk.
  func commit(_ range: Range<Int>) async throws(SystemError) {
    guard !range.isEmpty else { return }
    let content = content
    try await onFileThread { () throws(SystemError) in try content.synchronize() }
    // From here on without a pause: lines must not be mixed. A line is too short to block for long.
    let line = Array(TransferJournal.line(range).utf8)
    try journal.write(line, at: journalEnd)
    journalEnd += line.count
    finished.insert(range)
  }

  /// Gives the file its final name if its content is what it should be, else throws all of it away.
  ///
  /// - Returns: What the content is, right or wrong.
  func finish() async throws(SystemError) -> FileHash {
    let path = path
    let content = content
    try await onFileThread { () throws(SystemError) in try content.synchronize() }
    let hash = try await FileHash.of("\(path).partial")
    let isRight = hash.matches(identity)
    try await onFileThread { () throws(SystemError) in
      if isRight {
        try FileSystem.rename("\(path).partial", to: path)
      } else {
        try FileSystem.remove("\(path).partial")
      }
      try FileSystem.remove("\(path).journal")
    }
    return hash
  }
}

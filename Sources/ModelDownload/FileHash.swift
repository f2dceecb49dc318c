internal import Crypto
internal import Glibc
internal import ModelStore

/// A file's content, hashed in both of the ways that a digest may ask for.
struct FileHash: Sendable {
  let size: Int
  let sha256: String
  let gitBlob: String

  /// Bytes hashed between two looks at whether the task was cancelled.
  private static let step = 64 << 20
  private static let bufferSize = 1 << 20

  func matches(_ identity: FileIdentity) -> Bool {
    guard size == identity.size else { return false }
    return switch identity.digest {
    case .sha256(let hex): hex == sha256
    case .gitBlob(let hex): hex == gitBlob
    }
  }

  /// Reads a file on threads for blocking work.
  static func of(_ path: String) async throws(SystemError) -> FileHash {
    let file = try await onFileThread { () throws(SystemError) in try OpenFile(path, flags: O_RDONLY) }
    let size = try file.size
    var state = State(size: size)
    while state.offset < size {
      guard !Task.isCancelled else { throw SystemError("cannot read \(path)", code: ECANCELED) }
      let before = state
      state = try await onFileThread { () throws(SystemError) in try before.reading(file) }
      // The file was cut while it was read.
      if state.offset == before.offset { break }
    }
    return FileHash(
      size: state.offset, sha256: Self.hex(state.sha256.finalize()),
      gitBlob: Self.hex(state.gitBlob.finalize()))
  }

  private static func hex(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The hashes up to an offset.
  private struct State: Sendable {
    var offset = 0
    var sha256 = SHA256()
    /// Only for files that git would keep itself; a model's weights are never among them.
    var gitBlob = Insecure.SHA1()
    let isSmall: Bool

    init(size: Int) {
      isSmall = size <= FileHash.step
      gitBlob.update(data: Array("blob \(size)\0".utf8))
    }

    func reading(_ file: OpenFile) throws(SystemError) -> State {
      var state = self
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FileHash.bufferSize, alignment: 64)
      defer { buffer.deallocate() }
      while state.offset < offset + FileHash.step {
        let count = try file.read(into: buffer, at: state.offset)
        guard count > 0 else { break }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        state.sha256.update(bufferPointer: bytes)
        if isSmall { state.gitBlob.update(bufferPointer: bytes) }
        state.offset += count
      }
      return state
    }
  }
}

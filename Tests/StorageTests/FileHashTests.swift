import FoundationEssentials
import Glibc
import Storage
import Support
import SystemPaths
import Testing

@Suite struct `Hashes and records of files` {
  private static let text = "The quick brown fox jumps over the lazy dog"
  private static let sha256 = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"
  // `printf … | git hash-object --stdin`
  private static let gitBlob = "ff3bb63948b4b24796d2acd259915f2a9d972638"

  @Test func `a file's hashes are those of sha256sum and git`() async throws {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/fox"
      try Files.write(Self.text.utf8, to: file)
      var hasher = try FileHasher(file, includingGitBlob: true)
      #expect(!hasher.isAtEnd)
      try hasher.read(upTo: 1)
      #expect(hasher.isAtEnd)
      let hash = hasher.finish()
      #expect(hash.sha256 == Self.sha256 && hash.gitBlob == Self.gitBlob && hash.size == 43)
      #expect(FileHash.sha256(of: Self.text) == Self.sha256)
      let digests = [Self.sha256, Self.gitBlob.uppercased()].compactMap { ContentDigest(hex: $0) }
      for digest in digests {
        #expect(hash.matches(FileIdentity(size: 43, digest: digest)))
        #expect(!hash.matches(FileIdentity(size: 42, digest: digest)))
      }
      #expect(digests.count == 2)
    }
  }

  @Test(arguments: [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
  func `a file that is hashed in steps has the hash of the whole`(size: Int) async throws {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.write((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }, to: file)
      var whole = try FileHasher(file)
      try whole.read()
      var stepped = try FileHasher(file)
      while !stepped.isAtEnd { try stepped.read(upTo: 1) }
      #expect(whole.finish() == stepped.finish())
      #expect(whole.finish().size == size && whole.finish().gitBlob == nil)
    }
  }

  @Test(arguments: ["", "12", String(repeating: "g", count: 64), String(repeating: "é", count: 20)])
  func `a text that is not a hash is no digest`(text: String) {
    #expect(ContentDigest(hex: text) == nil)
  }

  @Test func `a file that looks unchanged counts as intact until all of it is read`() async throws {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.write([1, 2, 3], to: file)
      let record = try FileRecord(hashing: "file", in: directory.path)
      #expect(
        record.looksUnchanged(in: directory.path) && record.isIntact(in: directory.path, readingAll: true))
      try rewrite(file, [1, 2, 4], keepingTimes: true)
      #expect(record.looksUnchanged(in: directory.path) && record.isIntact(in: directory.path))
      #expect(!record.isIntact(in: directory.path, readingAll: true))
    }
  }

  @Test func `a file with a new time is read, and is intact if its content is the same`() async throws {
    try await withTemporaryDirectory { directory in
      let file = "\(directory.path)/file"
      try Files.write([1, 2, 3], to: file)
      let record = try FileRecord(hashing: "file", in: directory.path)
      try rewrite(file, [1, 2, 3], keepingTimes: false)
      #expect(!record.looksUnchanged(in: directory.path))
      #expect(record.isIntact(in: directory.path))
      try rewrite(file, [1, 2], keepingTimes: true)
      #expect(!record.isIntact(in: directory.path))
      try Files.removeFile(file)
      #expect(!record.looksUnchanged(in: directory.path) && !record.isIntact(in: directory.path))
      #expect(throws: FileError(file, code: ENOENT)) { try FileRecord(hashing: "file", in: directory.path) }
    }
  }
}

/// Changes a file's content, and its time either not at all or to 1970.
func rewrite(_ file: String, _ content: [UInt8], keepingTimes: Bool) throws {
  let status = try #require(Files.status(of: file))
  try Files.write(content, to: file)
  let times = keepingTimes ? [status.st_atim, status.st_mtim] : [timespec(), timespec()]
  #expect(file.withSystemCString { utimensat(AT_FDCWD, $0, times, 0) } == 0)
}

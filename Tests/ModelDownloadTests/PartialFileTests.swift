import FoundationEssentials
import NIOCore
import Storage
import Support
import SystemPaths
import Testing

@testable import ModelDownload

@Suite struct `A partial file` {
  private static let content = Array("The quick brown fox jumps over the lazy dog".utf8)
  private static let identity = FileIdentity(
    size: content.count,
    digest: .sha256("d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"))

  private func inDirectory(_ body: (String) async throws -> Void) async throws {
    try await withTemporaryDirectory { try await body($0.path) }
  }

  private func bytes(_ range: Range<Int>) -> ByteBuffer { ByteBuffer(bytes: Self.content[range]) }

  @Test func `a downloaded file gets its name only when it is complete and verified`() async throws {
    try await inDirectory { directory in
      let path = "\(directory)/fox"
      let partial = try await PartialFile.open(path, of: Self.identity)
      try await partial.write(bytes(20..<43), at: 20)
      try await partial.commit(20..<43)
      try await partial.write(bytes(0..<20), at: 0)
      try await partial.commit(0..<20)
      #expect(!Files.isThere(path))
      #expect(try await partial.finish().matches(Self.identity))
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == Self.content)
      #expect(try Files.names(in: directory) == ["fox"])
    }
  }

  @Test func `a partial file keeps committed ranges for the next attempt, but no others`() async throws {
    try await inDirectory { directory in
      let path = "\(directory)/fox"
      let first = try await PartialFile.open(path, of: Self.identity)
      try await first.write(bytes(0..<30), at: 0)
      try await first.commit(0..<10)
      try await first.commit(20..<30)
      let second = try await PartialFile.open(path, of: Self.identity)
      #expect(await second.finished.ranges == [0..<10, 20..<30])
    }
  }

  @Test func `a partial file with the wrong content is discarded`() async throws {
    try await inDirectory { directory in
      let path = "\(directory)/fox"
      let partial = try await PartialFile.open(path, of: Self.identity)
      try await partial.write(ByteBuffer(repeating: 0, count: 43), at: 0)
      try await partial.commit(0..<43)
      #expect(try await !partial.finish().matches(Self.identity))
      #expect(try Files.names(in: directory) == [])
    }
  }

  @Test func `a partial file of other content is not used`() async throws {
    try await inDirectory { directory in
      let path = "\(directory)/fox"
      let first = try await PartialFile.open(path, of: Self.identity)
      try await first.commit(0..<10)
      let other = FileIdentity(size: 43, digest: .gitBlob(String(repeating: "0", count: 40)))
      let second = try await PartialFile.open(path, of: other)
      #expect(await second.finished.ranges == [])
    }
  }

  @Test func `file hashes equal those of sha256sum and git`() async throws {
    try await inDirectory { directory in
      let path = "\(directory)/fox"
      try Data(Self.content).write(to: URL(filePath: path))
      let hash = try await FileHash.of(path)
      #expect(hash.matches(Self.identity))
      // `printf … | git hash-object --stdin`
      let git = ContentDigest.gitBlob("ff3bb63948b4b24796d2acd259915f2a9d972638")
      #expect(hash.gitBlob == git.hex)
      try Data().write(to: URL(filePath: path))
      #expect(try await FileHash.of(path).gitBlob == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    }
  }

  @Test func `a partial file that cannot be created is an error with a reason`() async throws {
    let error = await #expect(throws: FileError.self) {
      try await PartialFile.open("/proc/lorikeet/fox", of: Self.identity)
    }
    #expect(error?.message.isEmpty == false)
  }
}

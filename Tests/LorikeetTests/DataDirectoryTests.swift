import Diagnosis
import FoundationEssentials
import ModelDownload
import Support
import SystemPaths
import Testing

@testable import lorikeet

@Suite struct `The doctor's check of the data directory` {
  private func findings(_ directory: String, freeBytes: Int? = nil) -> [Finding] {
    DataDirectoryCheck(
      directory: directory, library: ModelLibrary(dataDirectory: directory),
      prepared: "\(directory)/prepared", freeBytes: freeBytes
    ).findings
  }

  @Test(arguments: [(0, Verdict.error), (999_999, .error), (1_000_000, .warning), (3_200_000_000, .ok)])
  func `the doctor compares free space with the needs of a model`(free: Int, verdict: Verdict) async throws {
    try await withTemporaryDirectory { directory in
      let finding = try #require(findings(directory.path, freeBytes: free).first)
      #expect(finding.check == "directory" && finding.verdict == verdict)
      #expect((finding.remedy == nil) == (verdict == .ok))
      if verdict != .ok { #expect(finding.text.contains("a full-size model needs 3.2 GB")) }
    }
  }

  @Test(arguments: ["prepared", "compiled"]) func `an empty folder of the data directory is a note, not ok`(
    name: String
  )
    async throws
  {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/\(name)"
      try Files.makeDirectories(folder)
      let empty = findings(directory.path).filter { $0.check == name }
      #expect(empty.map(\.verdict) == [.note])
      #expect(empty.allSatisfy { $0.text.contains("\(folder) is empty") })
      // A lock is not a model either.
      try Files.write([], to: "\(folder)/.lock")
      #expect(findings(directory.path).filter { $0.check == name }.map(\.verdict) == [.note])
    }
  }

  @Test(arguments: ["prepared", "compiled"])
  func `leftovers of interrupted starts are a warning with the command that removes them`(name: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let leftover = "\(directory.path)/\(name)/.making-999999999-1"
      try Files.makeDirectories(leftover)
      try Files.write([UInt8](repeating: 0, count: 5000), to: "\(leftover)/encoder.bin")
      let found = findings(directory.path).filter { $0.check == name }
      #expect(found.map(\.verdict) == [.warning])
      #expect(found.first?.text.contains("5.0 kB") == true)
      #expect(found.first?.remedy?.contains(leftover) == true)
    }
  }

  @Test(arguments: ["prepared", "compiled"])
  func `unusable folders of the data directory are a note with the command that removes them`(name: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let useless = "\(directory.path)/\(name)/builtin-CPU-encoder-1"
      try Files.makeDirectories(useless)
      let found = findings(directory.path).filter { $0.check == name }
      #expect(found.map(\.verdict) == [.note])
      #expect(found.first?.text.contains("\(useless) is not usable") == true)
      #expect(found.first?.remedy?.contains("rm -r") == true)
    }
  }

  @Test func `a folder with a manifest but without a network is a note, not ok`() async throws {
    try await withTemporaryDirectory { directory in
      let folder = "\(directory.path)/compiled/builtin-CPU-encoder-1"
      try Files.makeDirectories(folder)
      let manifest = """
        {"key": {"model": "builtin", "source": "1", "network": "encoder", "device": "CPU", "openVINO": "\(OpenVINOCheck.none.version)",
        "properties": {}}, "files": []}
        """
      try Files.write(manifest.utf8, to: "\(folder)/compiled.json")
      let found = findings(directory.path).filter { $0.check == "compiled" }
      #expect(found.map(\.verdict) == [.note])
      #expect(found.first?.remedy?.contains(folder) == true)
    }
  }

  @Test func `a file instead of a folder of the data directory is an error`() async throws {
    try await withTemporaryDirectory { directory in
      try Files.write([], to: "\(directory.path)/compiled")
      let found = findings(directory.path).filter { $0.check == "compiled" }
      #expect(found.map(\.verdict) == [.error])
      #expect(found.first?.text.contains("it is not a directory") == true)
    }
  }
}

import FoundationEssentials
import Support
import Testing

@Suite struct `The fuzzer's corpus of realtime messages` {
  /// The inputs collected by `Fuzzing/keep`, and those of fixed bugs.
  @Test func `no messages of the fuzzer's corpus violate an invariant`() throws {
    let directory = Fixtures.directory.appending(path: "realtime").path
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(names.count > 10)
    for name in names {
      let input = try Data(contentsOf: URL(filePath: directory + "/" + name))
      #expect(throws: Never.self, "\(name)") { try RealtimeInvariants.check(Array(input)) }
    }
  }
}

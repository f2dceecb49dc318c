import FoundationEssentials
import Support
import Testing

@Suite struct `The fuzzer's corpus of forms` {
  /// The inputs collected by `Fuzzing/keep`, and those of fixed bugs.
  @Test func `no form of the fuzzer's corpus violates an invariant`() throws {
    let directory = Fixtures.directory.appending(path: "forms").path
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(names.count > 10)
    for name in names {
      let input = try Data(contentsOf: URL(filePath: directory + "/" + name))
      #expect(throws: Never.self, "\(name)") { try FormInvariants.check(Array(input)) }
    }
  }
}

import Support
import Testing

@Suite struct `The fuzzer's corpus` {
  @Test func `no input of the fuzzer's corpus violates an invariant`() throws {
    let corpus = try Fixtures.corpus("events")
    #expect(corpus.count > 10)
    for (name, input) in corpus {
      #expect(throws: Never.self, "\(name)") { try EventInvariants.check(input) }
    }
  }
}

import Support
import Testing

@Suite struct `The fuzzer's corpus of realtime messages` {
  @Test func `no messages of the fuzzer's corpus violate an invariant`() throws {
    let corpus = try Fixtures.corpus("realtime")
    #expect(corpus.count > 10)
    for (name, input) in corpus {
      #expect(throws: Never.self, "\(name)") { try RealtimeInvariants.check(input) }
    }
  }
}

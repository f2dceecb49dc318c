import Support
import Testing

@Suite struct `The fuzzer's corpus of forms` {
  @Test func `no form of the fuzzer's corpus violates an invariant`() throws {
    let corpus = try Fixtures.corpus("forms")
    #expect(corpus.count > 10)
    for (name, input) in corpus {
      #expect(throws: Never.self, "\(name)") { try FormInvariants.check(input) }
    }
  }
}

import Storage
import Testing

@testable import ModelDownload

@Suite struct `The journal of a transfer` {
  private let identity = FileIdentity(size: 100, digest: .sha256(String(repeating: "a", count: 64)))

  private func parsed(_ lines: String) -> [Range<Int>]? {
    TransferJournal.parse(TransferJournal.header(identity) + lines, of: identity)?.ranges
  }

  @Test func `a transfer journal's ranges are read back as written`() {
    #expect(parsed(TransferJournal.line(0..<10) + TransferJournal.line(50..<100)) == [0..<10, 50..<100])
    #expect(parsed("") == [])
  }

  @Test func `a truncated line of a transfer journal is ignored`() {
    #expect(parsed("0 10\n20 3") == [0..<10])
    #expect(parsed("0 10\n20 ") == [0..<10])
  }

  @Test(arguments: [
    "10 5\n", "-1 5\n", "0 101\n", "0 10 20\n", "a b\n", "\n", "0 99999999999999999999\n", "5 5\n",
    "\0\0\0\n",
  ])
  func `everything after an invalid line of a transfer journal is ignored`(_ line: String) {
    #expect(parsed("0 10\n" + line + "20 30\n") == [0..<10])
  }

  @Test func `a transfer journal of other content is refused`() {
    let text = TransferJournal.header(identity) + "0 10\n"
    let longer = FileIdentity(size: 101, digest: identity.digest)
    let other = FileIdentity(size: 100, digest: .sha256(String(repeating: "b", count: 64)))
    #expect(TransferJournal.parse(text, of: longer) == nil)
    #expect(TransferJournal.parse(text, of: other) == nil)
    #expect(TransferJournal.parse("", of: identity) == nil)
  }
}

import JSON
import Testing

@testable import StatusReport

@Suite struct `The names in a server's status` {
  private let names = ServerStatus.Names(
    boostedTokens: 5, boostedUtterances: 2,
    sources: [
      .init(name: "file", count: 3, ageSeconds: 1.25, failure: nil),
      .init(name: "home-assistant", count: 0, ageSeconds: nil, failure: "refused"),
    ])

  @Test func `the names have all keys as JSON, null where a value is missing`() {
    #expect(
      JSONValue.object(names.json).line == """
        {"boosted_tokens":5,"boosted_utterances":2,"count":3,"sources":[\
        {"age_seconds":1.3,"count":3,"error":null,"source":"file"},\
        {"age_seconds":null,"count":0,"error":"refused","source":"home-assistant"}]}
        """)
  }

  @Test func `names that are written as JSON are read back equal`() {
    let read = ServerStatus.Names(names.json)
    #expect(read.sources.map(\.name) == ["file", "home-assistant"])
    #expect(read.boostedTokens == 5 && read.boostedUtterances == 2)
    #expect(read.sources[1] == names.sources[1])
  }

  @Test func `the status of an older server has no names`() {
    var json = ServerStatus(model: "tiny", progress: .ready, devices: []).json
    json["names"] = nil
    #expect(ServerStatus(json)?.names == ServerStatus.Names())
  }
}

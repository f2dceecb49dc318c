import Settings
import Testing
import WyomingProtocol
import WyomingServer

@testable import lorikeet

@Suite struct `Limits` {
  @Test func `are by default the same for a server that is told nothing and for the settings`() throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: [:], file: nil)
    #expect(resolved.serverLimits == ServerLimits())
  }

  @Test(
    arguments: [
      (["max-utterance-seconds": ["600"]], 230_400_000), (["max-utterance-seconds": ["1"]], 4_194_304),
      (["max-utterance-seconds": ["600"], "max-payload-bytes": ["2048"]], 2048),
      (["max-payload-bytes": ["1073741824"]], 1_073_741_824),
    ])
  func `let the longest utterance into one chunk, unless they say otherwise`(
    options: [String: [String]], bytes: Int
  ) throws {
    let resolved = try ServerSettings.resolve(options: options, environment: [:], file: nil)
    #expect(resolved.serverLimits.events.payload == bytes)
  }
}

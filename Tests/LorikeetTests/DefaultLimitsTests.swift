import Settings
import Testing
import WyomingProtocol
import WyomingServer

@testable import lorikeet

@Suite struct `The server's default limits` {
  @Test func `the settings' default limits equal the server's own`() throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: [:], file: nil)
    #expect(resolved.serverLimits == ServerLimits())
  }

  @Test(
    arguments: [
      (["max-utterance-seconds": ["600"]], 230_400_000), (["max-utterance-seconds": ["1"]], 4_194_304),
      (["max-utterance-seconds": ["600"], "max-payload-bytes": ["2048"]], 2048),
      (["max-payload-bytes": ["1073741824"]], 1_073_741_824),
    ])
  func `the payload limit fits the longest utterance unless it is set`(
    options: [String: [String]], bytes: Int
  ) throws {
    let resolved = try ServerSettings.resolve(options: options, environment: [:], file: nil)
    #expect(resolved.serverLimits.events.payload == bytes)
  }
}

import Settings
import Testing
import WyomingProtocol
import WyomingServer

@Suite struct `Limits` {
  @Test(
    arguments: [
      (["max-utterance-seconds": ["300"]], 115_200_000), (["max-utterance-seconds": ["600"]], 230_400_000),
      (["max-utterance-seconds": ["1"]], 4_194_304),
      (["max-utterance-seconds": ["600"], "max-payload-bytes": ["2048"]], 2048),
      (["max-payload-bytes": ["1073741824"]], 1_073_741_824), ([:], 115_200_000),
    ])
  func `the longest utterance fits into one chunk, unless max-payload-bytes says otherwise`(
    options: [String: [String]], bytes: Int
  ) throws {
    let resolved = try ServerSettings.resolve(options: options, environment: [:], file: nil)
    #expect(resolved.settings.limits.events.payload == bytes)
  }

  @Test func `the limits of an event's header and data are those of the settings`() throws {
    let options = ["max-header-bytes": ["2048"], "max-data-bytes": ["4096"]]
    let events = try ServerSettings.resolve(options: options, environment: [:], file: nil).settings.limits
      .events
    #expect(events.header == 2048 && events.data == 4096)
  }
}

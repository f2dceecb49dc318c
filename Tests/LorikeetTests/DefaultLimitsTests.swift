import Settings
import Testing
import WyomingServer

@testable import lorikeet

@Suite struct `Limits` {
  @Test func `are by default the same for a server that is told nothing and for the settings`() throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: [:], file: nil)
    #expect(resolved.serverLimits == ServerLimits())
  }
}

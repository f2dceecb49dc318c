import Testing

@testable import VoiceActivity

@Suite struct `Voice activity settings` {
  @Test func `a voice activity setting out of range is an error with its value and range`() throws {
    let error = try #require(throws: VoiceActivityError.self) {
      try VoiceActivitySettings(trailingPad: 7)
    }
    #expect(
      error.description == "voice activity setting trailingPad is 7.0 seconds; expected 0.1 to 5.0 seconds")
    #expect(throws: VoiceActivityError.self) { try VoiceActivitySettings(margin: .nan) }
    #expect(throws: VoiceActivityError.self) { try VoiceActivitySettings(onset: 0) }
    #expect(throws: VoiceActivityError.self) { try VoiceActivitySettings(hangOver: -1) }
    #expect(throws: VoiceActivityError.self) { try VoiceActivitySettings(floorWindow: .infinity) }
    #expect(throws: VoiceActivityError.self) { try VoiceActivitySettings(leadingPad: 0.05) }
  }

  @Test func `the default voice activity settings are accepted`() throws {
    #expect(try VoiceActivitySettings() == .standard)
  }
}

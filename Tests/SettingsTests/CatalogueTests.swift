import Devices
import Logging
import Recognition
import Settings
import Testing
import VoiceActivity
import Wording

@Suite struct `The catalogue of settings` {
  @Test func `has each name once`() {
    let names = Setting.all.flatMap { [$0.name, $0.environmentName, $0.referenceName].compactMap(\.self) }
    #expect(Set(names).count == names.count)
  }

  @Test func `names variables after options`() {
    #expect(Setting.logLevel.environmentName == "LORIKEET_LOG_LEVEL")
    #expect(Setting.uri.referenceName == "WYOMING_URI")
  }

  @Test(arguments: Setting.all) func `accepts its own defaults`(setting: Setting) throws {
    guard let value = setting.defaultValue(dataDir: "/data") else { return }
    let resolved = try ServerSettings.resolve(options: [setting.name: [value]], environment: [:], file: nil)
    #expect(
      resolved.settings == ServerSettings(dataDir: setting.name == "data-dir" ? "/data" : "/var/lib/lorikeet")
    )
  }

  @Test func `its voice is that of voice activity`() throws {
    let voice = ServerSettings(dataDir: "/d").voice
    #expect(
      try VoiceActivitySettings(
        margin: voice.margin, onset: voice.onsetSeconds, hangOver: voice.hangOverSeconds,
        leadingPad: voice.leadingSeconds, trailingPad: voice.trailingSeconds) == .standard)
    let accepted = VoiceActivitySettings.accepted
    for (setting, range) in [
      (Setting.vadMargin, accepted.margin), (.vadOnsetSeconds, accepted.onset),
      (.vadHangOverSeconds, accepted.hangOver), (.vadLeadingSeconds, accepted.leadingPad),
      (.vadTrailingSeconds, accepted.trailingPad),
    ] {
      #expect(setting.accepted == "a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  @Test func `offers what the other modules know`() {
    #expect(ServerSettings.devices == Device.allCases.map(\.rawValue))
    #expect(ServerSettings.vads == VoiceGate.allCases.map(\.rawValue))
    #expect(ServerSettings.texts == Wording.Form.allCases.map(\.rawValue))
    #expect(ServerSettings.numberForms == Wording.Numbers.allCases.map(\.rawValue))
    #expect(ServerSettings.fallbacks == Fallback.allCases.map(\.rawValue))
    #expect(Setting.buckets.accepted.contains("from \(Bucket.seconds.lowerBound) to 60"))
    #expect(Bucket.seconds.upperBound == 60)
    #expect(ServerSettings.precisions == Precision.allCases.map(\.rawValue))
    #expect(ServerSettings.logLevels == Logger.Level.allCases.map(\.rawValue))
  }
}

@Suite struct `Spelling` {
  @Test(
    arguments: [
      ("devise", "device"), ("devcie", "device"), ("log_levle", "log-level"), ("LogLevel", "log-level"),
      ("languages", "language"), ("url", "uri"), ("cach", "cache"),
    ])
  func `a slip is answered with what was meant`(slip: String, meant: String) throws {
    let error = #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(
        options: [:], environment: ["LORIKEET_\(slip.uppercased().replacing("-", with: "_"))": "1"], file: nil
      )
    }
    let name = "LORIKEET_" + meant.uppercased().replacing("-", with: "_")
    #expect(try #require(error).description.hasSuffix("did you mean \(name)?"))
  }

  @Test(arguments: ["LORIKEET_COLOUR", "LORIKEET_", "LORIKEET_" + String(repeating: "X", count: 10_000)])
  func `what is near to nothing is answered with all names`(name: String) throws {
    let error = #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(options: [:], environment: [name: "1"], file: nil)
    }
    let line = try #require(error).description
    #expect(line.contains("expected LORIKEET_URI, ") && line.hasSuffix(" or LORIKEET_CONFIG"))
    #expect(line.count < 1500)
  }
}

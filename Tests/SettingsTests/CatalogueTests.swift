import Devices
import Settings
import Testing
import VoiceActivity

@Suite struct `The catalogue of settings` {
  @Test func `each name of a setting is used once`() {
    let names = Setting.all.flatMap { [$0.name, $0.environmentName, $0.referenceName].compactMap(\.self) }
    #expect(Set(names).count == names.count)
  }

  @Test func `an environment variable is named after its option`() {
    #expect(Setting.logLevel.environmentName == "LORIKEET_LOG_LEVEL")
    #expect(Setting.uri.referenceName == "WYOMING_URI")
  }

  @Test(arguments: Setting.all) func `a setting accepts its own default`(setting: Setting) throws {
    guard let value = setting.defaultValue(dataDir: "/data") else { return }
    let resolved = try ServerSettings.resolve(options: [setting.name: [value]], environment: [:], file: nil)
    #expect(
      resolved.settings == ServerSettings(dataDir: setting.name == "data-dir" ? "/data" : "/var/lib/lorikeet")
    )
  }

  @Test func `a setting of voice activity accepts the detector's range`() {
    let accepted = VoiceActivitySettings.accepted
    for (setting, range) in [
      (Setting.vadMargin, accepted.margin), (.vadOnsetSeconds, accepted.onset),
      (.vadHangOverSeconds, accepted.hangOver), (.vadLeadingSeconds, accepted.leadingPad),
      (.vadTrailingSeconds, accepted.trailingPad),
    ] {
      #expect(setting.accepted == "a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  @Test(arguments: [
    (Setting.device, ["auto", "cpu", "gpu", "npu"]), (.decoderDevice, ["auto", "cpu", "gpu", "npu"]),
    (.fallback, ["auto", "cpu", "none"]), (.precision, ["auto", "f32", "bf16", "f16", "int8"]),
    (.vad, ["off", "gate", "trim"]), (.text, ["raw", "clean", "sentence", "command"]),
    (.numbers, ["words", "digits", "auto"]),
    (.logLevel, ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
    (.logFormat, ["text", "json"]),
  ])
  func `a setting with choices accepts each of these words, in either case`(
    setting: Setting, words: [String]
  ) throws {
    #expect(setting.choices == words)
    for word in words {
      for text in [word, word.uppercased()] {
        let resolved = try ServerSettings.resolve(
          options: [setting.name: [text]], environment: [:], file: nil)
        #expect(resolved.description.contains("\n\(setting.name) "))
        #expect(resolved.description.contains("= \(word) "))
      }
    }
  }

  @Test(arguments: [Setting.buckets, .lazyBuckets])
  func `a bucket is from half a second to a minute long`(setting: Setting) {
    #expect(Bucket.seconds == 0.5...60)
    #expect(setting.accepted == "seconds from 0.5 to 60, like 5,20")
  }

  @Test func `the defaults of a server are these`() {
    let defaults = [
      "uri": "tcp://0.0.0.0:10300", "zeroconf": "no", "model": "builtin", "device": "auto",
      "fallback": "auto", "decoder-device": "cpu", "precision": "auto", "inference-seconds": "10",
      "window-seconds": "30", "vad": "trim", "vad-margin": "5.5", "vad-onset-seconds": "0.08",
      "vad-hang-over-seconds": "0.3", "vad-leading-seconds": "0.3", "vad-trailing-seconds": "0.3",
      "max-gain": "30.0", "max-speculations": "4", "endpointing": "off",
      "endpoint-complete-seconds": "0.55", "endpoint-undecided-seconds": "1.2",
      "endpoint-open-seconds": "1.6", "endpoint-no-speech-seconds": "5", "endpoint-longest-seconds": "15",
      "force-script": "true", "names-rescue": "false", "text": "clean",
      "numbers": "words", "data-dir": "/data", "cache": "true", "keep-originals": "true",
      "offline": "false", "log-level": "info", "log-format": "text", "log-transcripts": "false",
      "drain-seconds": "10", "max-connections": "256", "max-utterance-seconds": "300",
      "max-header-bytes": "65536", "max-data-bytes": "1048576", "stall-seconds": "30",
      "idle-seconds": "300", "deadline-seconds": "60", "http-page": "yes", "http-max-bytes": "1073741824",
      "http-request-seconds": "3600", "http-max-requests": "32",
    ]
    for setting in Setting.all {
      #expect(setting.defaultValue(dataDir: "/data") == defaults[setting.name], "\(setting.name)")
    }
  }

  @Test func `notes name the accepted values and the default`() {
    #expect(Setting.uri.notes(dataDir: "/d") == ["repeatable", "default: tcp://0.0.0.0:10300"])
    #expect(Setting.numbers.notes(dataDir: "/d") == ["values: words, digits, auto", "default: words"])
    #expect(Setting.windowSeconds.notes(dataDir: "/d") == ["range: 5 to 60", "default: 30"])
    #expect(Setting.vadMargin.notes(dataDir: "/d") == ["range: 3 to 20", "default: 5.5"])
    #expect(Setting.lazyBuckets.notes(dataDir: "/d") == ["default: 10,30 on NPU and GPU"])
    #expect(Setting.dataDir.notes(dataDir: "/d") == ["default: /d"])
    #expect(Setting.memoryBudget.notes(dataDir: "/d") == [])
  }
}

@Suite struct `Spelling` {
  @Test(
    arguments: [
      ("devise", "device"), ("devcie", "device"), ("log_levle", "log-level"), ("LogLevel", "log-level"),
      ("languages", "language"), ("url", "uri"), ("cach", "cache"),
    ])
  func `a misspelled variable is answered with the nearest name`(slip: String, meant: String) throws {
    let error = #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(
        options: [:], environment: ["LORIKEET_\(slip.uppercased().replacing("-", with: "_"))": "1"], file: nil
      )
    }
    let name = "LORIKEET_" + meant.uppercased().replacing("-", with: "_")
    #expect(try #require(error).description.hasSuffix("did you mean \(name)?"))
  }

  @Test(arguments: ["LORIKEET_COLOUR", "LORIKEET_", "LORIKEET_" + String(repeating: "X", count: 10_000)])
  func `a variable that resembles no setting is answered with all names`(name: String) throws {
    let error = #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(options: [:], environment: [name: "1"], file: nil)
    }
    let line = try #require(error).description
    #expect(line.contains("expected LORIKEET_URI, ") && line.hasSuffix(" or LORIKEET_CONFIG"))
    #expect(line.count < 1800)
  }
}

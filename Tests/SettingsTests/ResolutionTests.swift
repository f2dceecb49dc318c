import Addresses
import Devices
import FoundationEssentials
import Recognition
import Settings
import Support
import Testing
import WyomingProtocol
import WyomingServer

/// The error's line.
private func refusal(
  options: [String: [String]] = [:], environment: [String: String] = [:], file: String? = nil
) -> String? {
  do {
    _ = try ServerSettings.resolve(options: options, environment: environment, file: file)
    return nil
  } catch {
    return error.description
  }
}

@Suite struct `Settings from several places` {
  /// The places where a device can be set, by precedence.
  private static let places = ["option --device", "LORIKEET_DEVICE", "DEVICE", "file", "default"]

  @Test(arguments: 0..<places.count) func `the place with the highest precedence counts`(first: Int)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "settings.yaml").path
      try "precision: f32\n\(first <= 3 ? "device: cpu" : "")\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      var environment = ["HOME": "/home/x"]
      if first <= 1 { environment["LORIKEET_DEVICE"] = "cpu" }
      if first <= 2 { environment["DEVICE"] = "cpu" }
      let resolved = try ServerSettings.resolve(
        options: first == 0 ? ["device": ["cpu"]] : [:], environment: environment, file: path)
      #expect(resolved.settings.compute.device == (first == 4 ? .auto : .cpu))
      let expected = first == 3 ? "file \(path)" : Self.places[first]
      #expect(resolved.source(of: .device).description == expected)
      #expect(resolved.settings.compute.precision == .f32)
      #expect(resolved.source(of: .precision) == .file(path))
    }
  }

  @Test func `settings without any source have their defaults`() throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: [:], file: nil)
    #expect(resolved.settings == ServerSettings(dataDir: "/var/lib/lorikeet"))
    #expect(Setting.all.allSatisfy { resolved.source(of: $0) == .standard })
  }

  @Test(
    arguments: [
      ([:], "/var/lib/lorikeet"), (["HOME": "/home/x"], "/home/x/.local/share/lorikeet"),
      (["HOME": "/home/x", "XDG_DATA_HOME": "/data"], "/data/lorikeet"),
      (["HOME": "relative"], "/var/lib/lorikeet"),
    ])
  func `the data directory follows the environment`(environment: [String: String], expected: String) throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: environment, file: nil)
    #expect(resolved.settings.dataDir == expected)
  }

  @Test(arguments: [
    ("on", "yes"), ("FALSE", "no"), ("yes", "yes"), ("Living room", "Living room"), ("No 5", "No 5"),
  ])
  func `zeroconf accepts yes, no and a name`(text: String, zeroconf: String) throws {
    let resolved = try ServerSettings.resolve(options: ["zeroconf": [text]], environment: [:], file: nil)
    #expect(resolved.settings.zeroconf == zeroconf)
  }

  @Test func `every setting is an option and a variable`() throws {
    let examples = [
      "language": "en", "buckets": "5,20", "lazy-buckets": "10", "memory-budget": "3GB",
      "max-resident-buckets": "2", "device-property": "NPU_TURBO=NO", "zeroconf-interface": "eth0",
      "max-payload-bytes": "1048576", "names": "names.txt", "home-assistant": "http://home:8123",
      "home-assistant-token-file": "token", "http": "tcp://0.0.0.0:8080", "http-token-file": "tokens",
      "http-certificate": "chain.pem", "http-key": "key.pem", "http-origin": "https://chat.example",
    ]
    let values = try Setting.all.map { setting in
      let value = setting.choices.last ?? setting.defaultValue(dataDir: "/d") ?? examples[setting.name]
      return (setting, setting.isSwitch ? "true" : try #require(value))
    }
    let options = Dictionary(uniqueKeysWithValues: values.map { ($0.name, [$1]) })
    let variables = Dictionary(uniqueKeysWithValues: values.map { ($0.environmentName, $1) })
    let first = try ServerSettings.resolve(options: options, environment: [:], file: nil)
    let second = try ServerSettings.resolve(options: [:], environment: variables, file: nil)
    #expect(first.settings == second.settings)
    for setting in Setting.all {
      #expect(first.source(of: setting) == .option(setting.name))
      #expect(second.source(of: setting) == .environment(setting.environmentName))
    }
    #expect(
      first.settings.compute.device == .npu && first.settings.logFormat == .json && first.settings.offline)
  }

  @Test func `the variables of the reference system's compose file are read`() throws {
    let resolved = try ServerSettings.resolve(
      options: [:],
      environment: [
        "WYOMING_URI": "tcp://0.0.0.0:7891", "DATA_DIR": "/data", "DEVICE": "CPU", "LANGUAGE": "de",
        "ENCODER_BUCKETS": "5,20", "ENCODER_LAZY_BUCKETS": "10,30",
      ], file: nil)
    #expect(resolved.settings.compute.buckets == [5, 20])
    #expect(resolved.settings.compute.lazyBuckets == [10, 30])
    #expect(resolved.settings.uris == ["tcp://0.0.0.0:7891"])
    #expect(resolved.settings.dataDir == "/data")
    #expect(resolved.settings.compute.device == .cpu)
    #expect(resolved.settings.language == "de")
    #expect(resolved.source(of: .uri) == .environment("WYOMING_URI"))
  }

  @Test(arguments: ["de_AT:de", "en_US", "C", "POSIX", "de:en"])
  func `a LANGUAGE that is a locale of a desktop is ignored`(
    locale: String
  ) throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: ["LANGUAGE": locale], file: nil)
    #expect(resolved.settings.language == nil)
  }

  @Test func `an empty variable counts as not set`() throws {
    let resolved = try ServerSettings.resolve(
      options: [:],
      environment: [
        "LORIKEET_DEVICE": "", "DEVICE": "cpu", "LORIKEET_URI": "", "LORIKEET_CONFIG": "", "LORIKEET_X": "",
      ],
      file: nil)
    #expect(resolved.source(of: .device) == .environment("DEVICE"))
    #expect(resolved.source(of: .uri) == .standard)
  }

  @Test(
    arguments: [
      "LORIKEET_SERVICE_HOST": "10.0.0.1", "LORIKEET_SERVICE_PORT_WYOMING": "10300",
      "LORIKEET_PORT": "tcp://10.0.0.1:10300", "LORIKEET_PORT_10300_TCP_ADDR": "10.0.0.1",
    ])
  func `a variable that Kubernetes sets for a service named lorikeet is ignored`(name: String, value: String)
  {
    #expect(refusal(environment: [name: value]) == nil)
  }

  @Test(
    arguments: [
      "tcp://[::1]:1,tcp://[::1]:2", "tcp://[::1]:1 tcp://[::1]:2", " tcp://[::1]:1 ,\n tcp://[::1]:2,",
    ])
  func `a variable can hold several addresses`(text: String) throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: ["LORIKEET_URI": text], file: nil)
    #expect(resolved.settings.uris == ["tcp://[::1]:1", "tcp://[::1]:2"])
  }

  @Test func `a repeated option gives several addresses`() throws {
    let resolved = try ServerSettings.resolve(
      options: ["uri": ["tcp://a:1", "tcp://b:2"]], environment: ["LORIKEET_URI": "tcp://c:3"], file: nil)
    #expect(resolved.settings.uris == ["tcp://a:1", "tcp://b:2"])
    #expect(
      resolved.addresses == [
        ListenAddress(.tcp(host: "a", port: 1)), ListenAddress(.tcp(host: "b", port: 2)),
      ])
    #expect(resolved.description.contains("uri                        = tcp://a:1, tcp://b:2 "))
  }

  @Test(arguments: ["on": true, "ON": true, "yes": true, "off": false, "false": false])
  func `endpointing is on or off`(word: String, isOn: Bool) throws {
    let resolved = try ServerSettings.resolve(options: ["endpointing": [word]], environment: [:], file: nil)
    #expect(resolved.settings.endpointing == isOn)
    #expect(resolved.description.contains(isOn ? "= on " : "= off "))
  }

  @Test(arguments: [["endpointing": ["on"]], ["uri": ["tcp://a:1", "tcp://a:2?endpointing=on"]]])
  func `endpointing without voice activity is refused`(options: [String: [String]]) {
    let error = #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(
        options: options.merging(["vad": ["off"]]) { $1 }, environment: [:], file: nil)
    }
    #expect("\(error, default: "")".contains("vad is off; use vad trim"))
    #expect("\(error, default: "")".contains("did you mean") == false)
    #expect(throws: Never.self) { try ServerSettings.resolve(options: options, environment: [:], file: nil) }
  }

  @Test(arguments: [
    "true": true, "Yes": true, "on": true, "1": true, "FALSE": false, "no": false, "off": false,
  ])
  func `a switch accepts true, yes, on, 1 and their opposites`(word: String, value: Bool) throws {
    let resolved = try ServerSettings.resolve(options: [:], environment: ["LORIKEET_CACHE": word], file: nil)
    #expect(resolved.settings.cache == value)
  }

  @Test func `the printed table has the value and source of each setting`() throws {
    let resolved = try ServerSettings.resolve(
      options: ["cache": ["false"]], environment: ["DEVICE": "cpu"], file: nil)
    let lines = resolved.description.split(separator: "\n")
    #expect(lines.count == Setting.all.count)
    #expect(Set(lines.compactMap { $0.firstIndex(of: "=")?.utf16Offset(in: $0) }).count == 1)
    #expect(lines.contains { $0.hasPrefix("device ") && $0.contains("= cpu ") && $0.hasSuffix("  (DEVICE)") })
    #expect(lines.contains { $0.hasPrefix("cache ") && $0.hasSuffix("  (option --no-cache)") })
    #expect(
      lines.contains { $0.hasPrefix("language ") && $0.contains("= not set ") && $0.hasSuffix("(default)") })
  }
}

@Suite struct `A wrong setting` {
  @Test(
    arguments: [
      ("device", "tpu", "auto, cpu, gpu or npu; did you mean 'cpu'?"),
      ("fallback", "gpu", "auto, cpu or none"), ("buckets", "5,ninety", "like 5,20"),
      ("lazy-buckets", "0", "seconds from 0.5 to 60"), ("memory-budget", "plenty", "like 3GB or 1500MB"),
      ("max-resident-buckets", "0", "from 1 to 64"), ("device-property", "TURBO", "KEY=VALUE"),
      ("zeroconf", "Küche, " + String(repeating: "x", count: 56), "at most 63 bytes"),
      ("device-property", "=YES", "KEY=VALUE"), ("force-script", "maybe", "true or false"),
      ("keep-originals", "perhaps", "true or false"), ("inference-seconds", "0", "from 1 to 600"),
      ("precision", "fp99", "auto, f32, bf16, f16 or int8"),
      ("log-level", "warn", "trace, debug, info, notice, warning, error or critical"),
      ("log-level", "warnin", "did you mean 'warning'?"), ("log-format", "xml", "text or json"),
      ("cache", "maybe", "true or false"),
      ("language", "English please", "a language tag such as 'en' or 'pt-BR'"),
      ("language", "-", "a language tag"), ("drain-seconds", "-1", "a whole number from 0 to 3600"),
      ("drain-seconds", "ten", "a whole number"), ("drain-seconds", "1.5", "a whole number"),
      ("drain-seconds", "99999999999999999999", "a whole number"),
      ("max-connections", "0", "from 1 to 10000"),
      ("max-header-bytes", "10", "from 1024"), ("uri", " , ", "addresses like tcp://0.0.0.0:10300"),
      ("data-dir", "a\nb", "a directory"),
      ("model", "\u{1B}[2J", "'builtin', a model of the hub, or a directory"),
    ])
  func `a wrong setting is refused with its name, value, source and the accepted values`(
    name: String, value: String, accepted: String
  ) throws {
    let variable = "LORIKEET_" + name.uppercased().replacing("-", with: "_")
    for (line, source) in [
      (refusal(options: [name: [value]]), "(option --\(name))"),
      (refusal(environment: [variable: value]), "(\(variable))"),
    ] {
      let line = try #require(line)
      #expect(line.hasPrefix("\(name) cannot be '"))
      #expect(line.contains(source))
      #expect(line.contains(accepted))
      #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }

  @Test func `a wrong setting of any length has a short message`() throws {
    let line = try #require(refusal(environment: ["DEVICE": String(repeating: "cpu", count: 100_000)]))
    #expect(line.count < 200)
  }

  @Test func `a wrong setting is not checked if another source takes precedence`() {
    #expect(refusal(options: ["device": ["cpu"]], environment: ["DEVICE": "NPU"]) == nil)
  }

  @Test func `a setting that its user refuses is named with its source`() throws {
    let resolved = try ServerSettings.resolve(
      options: [:], environment: ["WYOMING_URI": "tcp://[::1]:1"], file: nil)
    #expect(
      resolved.refusal(of: .uri, "nonsense").description
        == "uri cannot be 'nonsense' (WYOMING_URI), expected addresses like tcp://0.0.0.0:10300")
    #expect(
      resolved.refusal(of: .uri, "tcp://[::1]:1", because: "it is taken").description
        == "uri cannot be 'tcp://[::1]:1' (WYOMING_URI): it is taken")
  }

  @Test func `a wrong address is refused with its source and the accepted forms`() {
    #expect(
      refusal(environment: ["WYOMING_URI": "nonsense"])
        == "uri cannot be 'nonsense' (WYOMING_URI): expected tcp://HOST:PORT, unix:///PATH or stdio://")
  }

  @Test func `a bucket that is both eager and lazy is refused with its source`() throws {
    let line = try #require(
      refusal(options: ["lazy-buckets": ["20"]], environment: ["LORIKEET_BUCKETS": "5,20"]))
    #expect(line.hasPrefix("lazy-buckets cannot be '20' (option --lazy-buckets): "))
  }

  @Test func `LORIKEET_PORT with a port alone is refused`() {
    #expect(refusal(environment: ["LORIKEET_PORT": "10300"])?.contains("'LORIKEET_PORT'") == true)
  }
}

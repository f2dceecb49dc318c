import Devices
import FoundationEssentials
import Logging
import Recognition
import Settings
import Support
import SystemPaths
import Testing
import WyomingServer

/// Returns the settings that a file with this content gives.
private func settings(_ content: String, in name: String = "settings.yaml") async throws -> ServerSettings {
  try await withTemporaryDirectory { directory in
    let path = directory.appending(path: name).path
    try Data(content.utf8).write(to: URL(filePath: path))
    return try ServerSettings.resolve(options: [:], environment: [:], file: path).settings
  }
}

/// Returns the error for a file with this content.
private func refusal(_ content: String, in name: String = "settings.yaml") async throws -> String {
  do {
    _ = try await settings(content, in: name)
  } catch let error as SettingsError {
    return error.description
  }
  return "nothing is wrong"
}

@Suite struct `A file of settings` {
  @Test(
    arguments: [
      (
        "settings.yaml",
        """
        # A comment
        uri:
          - tcp://0.0.0.0:1
          - "tcp://[::1]:2"
        log-level: debug
        log_format: json
        cache: no
        drain-seconds: 5
        max_header_bytes: 2048
        model: "café/10"
        language:
        """
      ),
      (
        "settings.yml",
        """
        {uri: "tcp://0.0.0.0:1, tcp://[::1]:2", log_level: debug, log-format: json, cache: off,
        drain-seconds: "5", max-header-bytes: 2048, model: café/10, language: ~}
        """
      ),
      (
        "settings.JSON",
        """
        {
        \t"uri": ["tcp:\\/\\/0.0.0.0:1", "tcp://[::1]:2"],
        \t"log-level": "debug", "log_format": "json", "cache": false, "drain_seconds": 5,
        \t"max-header-bytes": 2048, "model": "caf\\u00e9/10", "language": null
        }
        """
      ),
    ])
  func `a file gives the same settings in YAML and JSON`(name: String, content: String) async throws {
    var expected = ServerSettings(dataDir: "/var/lib/lorikeet")
    expected.uris = ["tcp://0.0.0.0:1", "tcp://[::1]:2"]
    expected.logLevel = .debug
    expected.logFormat = .json
    expected.cache = false
    expected.drainSeconds = 5
    expected.limits.headerBytes = 2048
    expected.model = "café/10"
    #expect(try await settings(content, in: name) == expected)
  }

  @Test(arguments: ["", "\n", "# all\n  # commented out\r\n\n", "{}", "device:", "device: ''", "---\n"])
  func `a file without any setting gives the defaults`(content: String) async throws {
    #expect(try await settings(content) == ServerSettings(dataDir: "/var/lib/lorikeet"))
  }

  @Test func `a file that begins with a byte order mark is read`() async throws {
    #expect(try await settings("\u{FEFF}device: cpu\r\n").compute.device == .cpu)
  }

  @Test func `a file that an option names takes precedence over one that LORIKEET_CONFIG names`() async throws
  {
    try await withTemporaryDirectory { directory in
      let paths = ["a.yaml", "b.json"].map { directory.appending(path: $0).path }
      try Data("device: cpu".utf8).write(to: URL(filePath: paths[0]))
      try Data("{\"precision\": \"f32\"}".utf8).write(to: URL(filePath: paths[1]))
      let environment = ["LORIKEET_CONFIG": paths[0]]
      let first = try ServerSettings.resolve(options: [:], environment: environment, file: nil)
      #expect(first.source(of: .device) == .file(paths[0]))
      let second = try ServerSettings.resolve(options: [:], environment: environment, file: paths[1])
      #expect(second.source(of: .device) == .standard)
      #expect(second.source(of: .precision) == .file(paths[1]))
    }
  }

  @Test(
    arguments: [
      ("devise: cpu", "unknown key 'devise' (file ", "did you mean 'device'?"),
      ("Device: cpu", "unknown key 'Device'", "did you mean 'device'?"),
      ("log: {level: debug}", "unknown key 'log.level'", "did you mean 'log-level'?"),
      ("colour: red", "unknown key 'colour'", "expected uri, http, "),
      ("log-level: info\nlog_level: debug", "'log-level' is set twice", "(file "),
      ("device: cpu\ndevice: auto", "cannot read settings from ", "unique"),
      ("device: tpu", "device cannot be 'tpu' (file ", "expected auto, cpu, gpu or npu"),
      ("device: [auto, cpu]", "device cannot be 'auto', 'cpu'", "expected auto, cpu, gpu or npu"),
      ("device: [cpu, {}]", "cannot read settings from ", "device"),
      ("uri: []", "uri cannot be an empty list", "expected addresses"),
      ("cache: 5", "cache cannot be '5'", "true or false"),
      ("drain-seconds: true", "drain-seconds cannot be 'true'", "a whole number"),
      ("drain-seconds: 1.0", "drain-seconds cannot be '1.0'", "a whole number"),
      ("device: cpu\n---\ndevice: auto", "cannot read settings from ", "document"),
      ("device cpu", "cannot read settings from ", "mapping"),
      ("- device", "cannot read settings from ", "mapping"),
      ("{\"device\": \"cpu\"", "cannot read settings from ", "1:"),
      ("device: \"cpu", "cannot read settings from ", "quoted scalar"),
      ("a: \(String(repeating: "[", count: 60_000))", "cannot read settings from ", "nesting"),
      ("device: *cpu", "cannot read settings from ", "cpu"),
      ("device: cpu\0", "cannot read settings from ", "control characters"),
      ("#\(String(repeating: "x", count: 65_536))", "cannot read settings from ", "larger than 65536 bytes"),
    ])
  func `a wrong file is refused with its mistake`(content: String, beginning: String, mention: String)
    async throws
  {
    for name in ["settings.yaml", "settings.json"] {
      let line = try await refusal(content, in: name)
      #expect(line.hasPrefix(beginning))
      #expect(line.contains(mention), "\(line)")
      #expect(line.contains(name))
      #expect(!line.contains("\n") && !line.hasSuffix(":"))
    }
  }

  @Test func `a file that is not text is refused`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "settings.yaml").path
      try Data([0xFF, 0xFE, 0xFA, 0x80]).write(to: URL(filePath: path))
      #expect(throws: SettingsError.self) {
        try ServerSettings.resolve(options: [:], environment: [:], file: path)
      }
    }
  }

  @Test(
    arguments: [
      ("missing.yaml", "No such file or directory"), ("directory.yaml", "Is a directory"),
      ("file.yaml/below.yaml", "Not a directory"), ("settings.toml", "ends in yaml, yml or json"),
      ("settings", "ends in yaml, yml or json"),
    ])
  func `a file that cannot be read is refused with its path and the reason`(name: String, reason: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        at: directory.appending(path: "directory.yaml"), withIntermediateDirectories: false)
      try Data().write(to: directory.appending(path: "file.yaml"))
      let path = directory.appending(path: name).path
      let error = #expect(throws: SettingsError.self) {
        try ServerSettings.resolve(options: [:], environment: [:], file: path)
      }
      let line = try #require(error).description
      #expect(line.contains(path) && line.contains(reason))
    }
  }
}

@Suite struct `A path in settings whose bytes are not UTF-8` {
  private static let path = Array("/srv/caf".utf8) + [0xE9]

  @Test(
    arguments: [
      ("settings.yaml", "data-dir: ", "\n# caf"), ("settings.yaml", "data-dir: '", "'\n"),
      ("settings.json", "{\"data-dir\": \"", "\"}"),
    ])
  func `a path that is not UTF-8 is taken from a file byte for byte`(
    name: String, before: String, after: String
  ) async throws {
    try await withTemporaryDirectory { directory in
      // The file's own name is such a path, too.
      let file = String(systemBytes: Array("\(directory.path)/".utf8) + [0xE9]) + name
      try Files.write(Array(before.utf8) + Self.path + Array(after.utf8), to: file)
      let resolved = try ServerSettings.resolve(options: [:], environment: [:], file: file)
      #expect(resolved.settings.dataDir.systemBytes == Self.path)
      #expect(resolved.description.contains(#"= /srv/caf\xE9 "#))
      #expect(resolved.source(of: .dataDir) == .file(file))
    }
  }

  @Test(arguments: ["LORIKEET_DATA_DIR", "XDG_DATA_HOME", "HOME"])
  func `a path that is not UTF-8 is taken from the environment byte for byte`(variable: String) throws {
    let environment = [variable: String(systemBytes: Self.path)]
    let resolved = try ServerSettings.resolve(options: [:], environment: environment, file: nil)
    #expect(resolved.settings.dataDir.systemBytes.starts(with: Self.path))
  }

  @Test func `a service name that is not UTF-8 is refused`() {
    let name = String(systemBytes: [0x63, 0xE9])
    #expect(throws: SettingsError.self) {
      try ServerSettings.resolve(options: ["zeroconf": [name]], environment: [:], file: nil)
    }
  }
}

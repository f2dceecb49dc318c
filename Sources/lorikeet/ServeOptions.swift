internal import ArgumentParser
internal import Logging
internal import ModelStore
internal import Recognition
internal import Settings
internal import SystemPaths

/// The options of `serve`. None has a value unless it is given: what is not may stand elsewhere.
struct ServeOptions: ParsableArguments {
  @Option(name: .setting(.uri), help: .setting(.uri, "uri", note: "repeatable"))
  var uri: [String] = []

  @Option(name: .setting(.zeroconf), defaultAsFlag: "yes", help: .setting(.zeroconf, "name"))
  var zeroconf: String?

  @Option(name: .setting(.zeroconfInterface), help: .setting(.zeroconfInterface, "name", note: "repeatable"))
  var zeroconfInterface: [String] = []

  @OptionGroup var speech: SpeechOptions

  @OptionGroup var text: TextOptions

  @Option(name: .setting(.logLevel), help: .setting(.logLevel, "level"), completion: .setting(.logLevel))
  var logLevel: String?

  @Option(name: .setting(.logFormat), help: .setting(.logFormat, "format"), completion: .setting(.logFormat))
  var logFormat: String?

  @Flag(name: .setting(.logTranscripts), inversion: .prefixedNo, help: .setting(.logTranscripts))
  var logTranscripts: Bool?

  @Option(name: .setting(.drainSeconds), help: .setting(.drainSeconds, "seconds"))
  var drainSeconds: String?

  @Option(name: .setting(.maxSpeculations), help: .setting(.maxSpeculations, "count"))
  var maxSpeculations: String?

  @Option(name: .setting(.maxConnections), help: .setting(.maxConnections, "count"))
  var maxConnections: String?

  @Option(name: .setting(.maxUtteranceSeconds), help: .setting(.maxUtteranceSeconds, "seconds"))
  var maxUtteranceSeconds: String?

  @Option(name: .setting(.maxHeaderBytes), help: .setting(.maxHeaderBytes, "bytes"))
  var maxHeaderBytes: String?

  @Option(name: .setting(.maxDataBytes), help: .setting(.maxDataBytes, "bytes"))
  var maxDataBytes: String?

  @Option(name: .setting(.maxPayloadBytes), help: .setting(.maxPayloadBytes, "bytes"))
  var maxPayloadBytes: String?

  @Option(name: .setting(.stallSeconds), help: .setting(.stallSeconds, "seconds"))
  var stallSeconds: String?

  @Option(name: .setting(.idleSeconds), help: .setting(.idleSeconds, "seconds"))
  var idleSeconds: String?

  @Option(name: .setting(.deadlineSeconds), help: .setting(.deadlineSeconds, "seconds"))
  var deadlineSeconds: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "A YAML or JSON file with settings; options and environment variables go before it.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String?

  @Flag(help: "Print each setting and where it comes from, and exit.")
  var printConfig = false

  /// Refuses a wrong option together with the usage; nothing overrules an option.
  func validate() throws {
    do {
      let resolved = try ServerSettings.resolve(options: given, environment: [:], file: nil)
      _ = try (resolved.addresses(), resolved.wanted(), resolved.discovery())
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// The settings of options, environment, file and defaults together.
  func resolve() throws(SettingsError) -> ResolvedSettings {
    let resolved = try ServerSettings.resolve(
      options: given, environment: SystemProcess.environment, file: file)
    _ = try (resolved.addresses(), resolved.wanted(), resolved.discovery())
    return resolved
  }

  /// The options that are there.
  private var given: [String: [String]] {
    let texts: [(Setting, String?)] = [
      (.zeroconf, zeroconf), (.logLevel, logLevel), (.logFormat, logFormat),
      (.logTranscripts, logTranscripts?.description),
      (.drainSeconds, drainSeconds), (.maxConnections, maxConnections), (.maxSpeculations, maxSpeculations),
      (.maxUtteranceSeconds, maxUtteranceSeconds), (.maxHeaderBytes, maxHeaderBytes),
      (.maxDataBytes, maxDataBytes), (.maxPayloadBytes, maxPayloadBytes), (.stallSeconds, stallSeconds),
      (.idleSeconds, idleSeconds), (.deadlineSeconds, deadlineSeconds),
    ]
    return .given(texts, [(.uri, uri), (.zeroconfInterface, zeroconfInterface)])
      .merging(speech.given.merging(text.given) { one, _ in one }) { own, _ in own }
  }
}

extension NameSpecification {
  static func setting(_ setting: Setting) -> NameSpecification { .customLong(setting.name) }
}

extension CompletionKind {
  /// The words that a setting accepts.
  static func setting(_ setting: Setting) -> CompletionKind { .list(setting.choices) }
}

extension ArgumentHelp {
  /// What the catalogue says about a setting.
  static func setting(
    _ setting: Setting, _ valueName: String? = nil, note: String? = nil
  ) -> ArgumentHelp {
    var remarks = note.map { [$0] } ?? []
    if !setting.choices.isEmpty { remarks.append("values: \(setting.choices.joined(separator: ", "))") }
    if let value = setting.defaultValue(dataDir: DataDirectory.standard) {
      remarks.append("default: \(value)")
    }
    let text = remarks.isEmpty ? setting.help : "\(setting.help) (\(remarks.joined(separator: "; ")))"
    return ArgumentHelp(stringLiteral: text).naming(valueName)
  }

  private func naming(_ valueName: String?) -> ArgumentHelp {
    var help = self
    help.valueName = valueName
    return help
  }
}

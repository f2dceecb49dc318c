internal import ArgumentParser
internal import Settings

/// The options of all commands that recognize speech. None has a value unless it is given: what is not may stand
/// elsewhere.
struct SpeechOptions: ParsableArguments {
  @Option(
    name: .setting(.model), help: .setting(.model, "model"), completion: .list(ModelRequest.names))
  var model: String?

  @Option(name: .setting(.device), help: .setting(.device, "device"), completion: .setting(.device))
  var device: String?

  @Option(name: .setting(.fallback), help: .setting(.fallback, "fallback"), completion: .setting(.fallback))
  var fallback: String?

  @Option(
    name: .setting(.decoderDevice), help: .setting(.decoderDevice, "device"),
    completion: .setting(.decoderDevice))
  var decoderDevice: String?

  @Option(
    name: .setting(.precision), help: .setting(.precision, "precision"), completion: .setting(.precision))
  var precision: String?

  @Option(name: .setting(.buckets), help: .setting(.buckets, "seconds"))
  var buckets: [String] = []

  @Option(name: .setting(.lazyBuckets), help: .setting(.lazyBuckets, "seconds"))
  var lazyBuckets: [String] = []

  @Option(name: .setting(.memoryBudget), help: .setting(.memoryBudget, "bytes"))
  var memoryBudget: String?

  @Option(name: .setting(.maxResidentBuckets), help: .setting(.maxResidentBuckets, "count"))
  var maxResidentBuckets: String?

  @Option(name: .setting(.deviceProperty), help: .setting(.deviceProperty, "key=value", note: "repeatable"))
  var deviceProperty: [String] = []

  @Option(name: .setting(.inferenceSeconds), help: .setting(.inferenceSeconds, "seconds"))
  var inferenceSeconds: String?

  @Option(name: .setting(.windowSeconds), help: .setting(.windowSeconds, "seconds"))
  var windowSeconds: String?

  @Option(name: .setting(.vad), help: .setting(.vad, "vad"), completion: .setting(.vad))
  var vad: String?

  @Option(name: .setting(.vadMargin), help: .setting(.vadMargin, "decibels"))
  var vadMargin: String?

  @Option(name: .setting(.vadOnsetSeconds), help: .setting(.vadOnsetSeconds, "seconds"))
  var vadOnsetSeconds: String?

  @Option(name: .setting(.vadHangOverSeconds), help: .setting(.vadHangOverSeconds, "seconds"))
  var vadHangOverSeconds: String?

  @Option(name: .setting(.vadLeadingSeconds), help: .setting(.vadLeadingSeconds, "seconds"))
  var vadLeadingSeconds: String?

  @Option(name: .setting(.vadTrailingSeconds), help: .setting(.vadTrailingSeconds, "seconds"))
  var vadTrailingSeconds: String?

  @Option(name: .setting(.maxGain), help: .setting(.maxGain, "decibels"))
  var maxGain: String?

  @Option(name: .setting(.language), help: .setting(.language, "tag"))
  var language: String?

  @Option(
    name: .setting(.forceScript), help: .setting(.forceScript, "yes|no"), completion: .list(["yes", "no"]))
  var forceScript: String?

  @Option(name: .setting(.dataDir), help: .setting(.dataDir, "directory"), completion: .directory)
  var dataDir: String?

  @Flag(name: .setting(.cache), inversion: .prefixedNo, help: .setting(.cache))
  var cache: Bool?

  @Option(
    name: .setting(.keepOriginals), help: .setting(.keepOriginals, "yes|no"),
    completion: .list(["yes", "no"]))
  var keepOriginals: String?

  @Flag(name: .setting(.offline), inversion: .prefixedNo, help: .setting(.offline))
  var offline: Bool?

  /// The options that are there, by the settings' names.
  var given: [String: [String]] {
    let texts: [(Setting, String?)] = [
      (.model, model), (.device, device), (.fallback, fallback), (.decoderDevice, decoderDevice),
      (.precision, precision), (.memoryBudget, memoryBudget), (.maxResidentBuckets, maxResidentBuckets),
      (.inferenceSeconds, inferenceSeconds), (.windowSeconds, windowSeconds), (.vad, vad),
      (.vadMargin, vadMargin),
      (.vadOnsetSeconds, vadOnsetSeconds), (.vadHangOverSeconds, vadHangOverSeconds),
      (.vadLeadingSeconds, vadLeadingSeconds), (.vadTrailingSeconds, vadTrailingSeconds),
      (.maxGain, maxGain), (.language, language), (.forceScript, forceScript), (.dataDir, dataDir),
      (.cache, cache?.description), (.keepOriginals, keepOriginals), (.offline, offline?.description),
    ]
    let lists: [(Setting, [String])] = [
      (.buckets, buckets), (.lazyBuckets, lazyBuckets), (.deviceProperty, deviceProperty),
    ]
    return .given(texts, lists)
  }

  /// Refuses a wrong option together with the usage; nothing overrules an option.
  func validate() throws {
    do {
      _ = try resolve().wanted()
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// The settings of these options and defaults together.
  func resolve() throws(SettingsError) -> ResolvedSettings {
    try ServerSettings.resolve(options: given, environment: DataDirectory.variables, file: nil)
  }
}

extension [String: [String]] {
  /// The options that are there.
  static func given(_ texts: [(Setting, String?)], _ lists: [(Setting, [String])]) -> Self {
    var given: Self = [:]
    for (setting, text) in texts {
      if let text { given[setting.name] = [text] }
    }
    for (setting, list) in lists where !list.isEmpty { given[setting.name] = list }
    return given
  }
}

internal import ArgumentParser
internal import Settings

/// The options of all commands that recognize speech.
struct SpeechOptions: SettingOptions {
  @Option(.model, completion: .list(ModelRequest.names)) var model: String?
  @Option(.device) var device: String?
  @Option(.fallback) var fallback: String?
  @Option(.precision) var precision: String?
  @Option(.buckets) var buckets: [String]
  @Option(.memoryBudget) var memoryBudget: String?
  @Option(.vad) var vad: String?
  @Option(.language) var language: String?
  @Option(.dataDir, completion: .directory) var dataDir: String?
  @Flag(.cache) var cache: Bool?
  @Flag(.offline) var offline: Bool?
}

/// The options of these commands whose defaults suit nearly everyone.
struct AdvancedSpeechOptions: SettingOptions {
  @Option(.decoderDevice) var decoderDevice: String?
  @Option(.lazyBuckets) var lazyBuckets: [String]
  @Option(.maxResidentBuckets) var maxResidentBuckets: String?
  @Option(.deviceProperty) var deviceProperty: [String]
  @Option(.inferenceSeconds) var inferenceSeconds: String?
  @Option(.windowSeconds) var windowSeconds: String?
  @Option(.vadMargin) var vadMargin: String?
  @Option(.vadOnsetSeconds) var vadOnsetSeconds: String?
  @Option(.vadHangOverSeconds) var vadHangOverSeconds: String?
  @Option(.vadLeadingSeconds) var vadLeadingSeconds: String?
  @Option(.vadTrailingSeconds) var vadTrailingSeconds: String?
  @Option(.maxGain) var maxGain: String?
  @Flag(.forceScript) var forceScript: Bool?
  @Flag(.keepOriginals) var keepOriginals: Bool?
}

/// The options of commands that write transcripts.
struct TextOptions: SettingOptions {
  @Option(.text) var text: String?
  @Option(.numbers) var numbers: String?
}

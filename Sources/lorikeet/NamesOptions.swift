internal import ArgumentParser
internal import Settings

/// The sources of names.
struct NameSourceOptions: SettingOptions {
  @Option(.names, completion: .file()) var names: String?
  @Option(.homeAssistant) var homeAssistant: String?
  @Option(.homeAssistantTokenFile, completion: .file()) var homeAssistantTokenFile: String?
}

/// The options of recognition with names.
struct NamesOptions: SettingOptions {
  @Flag(.namesRescue) var namesRescue: Bool?
}

/// The options of a command that reads names from a file only.
struct NamesFileOptions: SettingOptions {
  @Option(.names, completion: .file()) var names: String?
}

internal import ArgumentParser
internal import Settings

/// The options of commands that prefer names.
struct NamesOptions: SettingOptions {
  @Option(.names, completion: .file()) var names: String?
  @Flag(.namesRescue) var namesRescue: Bool?
}

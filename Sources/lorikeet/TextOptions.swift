internal import ArgumentParser
internal import Settings
internal import Wording

/// The options of commands that write what was said.
struct TextOptions: ParsableArguments {
  @Option(name: .setting(.text), help: .setting(.text, "form"))
  var text: String?

  @Option(name: .setting(.numbers), help: .setting(.numbers, "numbers"))
  var numbers: String?

  /// The options that are there, by the settings' names.
  var given: [String: [String]] { .given([(.text, text), (.numbers, numbers)], []) }

  /// Refuses a wrong option together with the usage.
  func validate() throws {
    do {
      _ = try wording()
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// How a transcript is worded by these options and defaults together.
  func wording() throws(SettingsError) -> Wording {
    try ServerSettings.resolve(options: given, environment: [:], file: nil).wording()
  }
}

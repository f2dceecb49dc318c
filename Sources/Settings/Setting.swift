/// A setting: its name everywhere, what it accepts, and the property of `ServerSettings` it stands for.
public struct Setting: Sendable {
  /// As the option and in files: "log-level".
  public let name: String
  /// The environment variable of `wyoming-parakeet-on-intel-npu` that means the same.
  public let referenceName: String?
  /// What it does, in a line.
  public let help: String
  /// What is accepted, in words: "auto or cpu".
  public let accepted: String
  /// The accepted words, where they can be counted.
  public let choices: [String]
  /// Whether it is on the command line as `--name` and `--no-name`.
  public let isSwitch: Bool

  /// - Returns: Whether the values are accepted; only then is the setting changed.
  let read: @Sendable (_ values: [String], _ settings: inout ServerSettings) -> Bool
  /// As a person would write it; `nil` if it has no value.
  let write: @Sendable (_ settings: ServerSettings) -> String?

  /// "LORIKEET_LOG_LEVEL".
  public var environmentName: String { EnvironmentName.of(name) }

  /// - Returns: The default as a person would write it; `nil` if there is none.
  public func defaultValue(dataDir: String) -> String? {
    write(ServerSettings(dataDir: dataDir))
  }
}

// What settings are made of: a property, and how a text becomes its value.
extension Setting {
  /// A setting of one value.
  ///
  /// - Parameter parse: Gives `nil` for a text that is not accepted.
  private init<Value: Sendable>(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Value> & Sendable, reference: String?,
    _ help: String, accepted: String, choices: [String] = [], isSwitch: Bool = false,
    parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String?
  ) {
    self.init(
      name: name, referenceName: reference, help: help, accepted: accepted, choices: choices,
      isSwitch: isSwitch,
      read: { values, settings in
        guard values.count == 1, let value = parse(values[0]) else { return false }
        settings[keyPath: property] = value
        return true
      },
      write: { write($0[keyPath: property]) })
  }

  /// One of a few words, in letters of either case.
  static func choice(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, String> & Sendable, of choices: [String],
    reference: String? = nil, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: reference, help, accepted: choices.alternatives, choices: choices,
      parse: { text in choices.first { $0 == text.lowercased() } }, write: { $0 })
  }

  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Value> & Sendable, _ help: String
  ) -> Setting {
    let choices = Value.allCases.map(\.rawValue)
    return Setting(
      name, property, reference: nil, help, accepted: choices.alternatives, choices: choices,
      parse: { Value(rawValue: $0.lowercased()) }, write: { $0.rawValue })
  }

  /// On or off.
  ///
  /// - Parameter isSwitch: Whether the options are `--name` and `--no-name`, and not `--name yes` and `--name no`.
  static func onOff(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Bool> & Sendable, isSwitch: Bool = true,
    _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help, accepted: isSwitch ? "true or false" : "yes or no",
      isSwitch: isSwitch, parse: truth, write: { isSwitch ? $0.description : $0 ? "yes" : "no" })
  }

  /// - Returns: `nil` for a text that says neither yes nor no.
  public static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// A whole number.
  static func number(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Int> & Sendable,
    in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help,
      accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { $0.description })
  }

  /// Any text that fits on a line.
  static func text(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, String> & Sendable,
    reference: String? = nil, accepted: String, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: reference, help, accepted: accepted,
      parse: { $0.isPlainLine ? $0 : nil }, write: { $0 })
  }

  /// A language's tag (BCP 47): "en", "pt-BR".
  static func languageTag(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, String?> & Sendable, reference: String,
    _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: reference, help, accepted: "a language tag such as 'en' or 'pt-BR'",
      parse: { $0.isLanguageTag ? .some($0) : nil }, write: { $0 })
  }

  /// Several texts; one text may hold several of them, too, between commas or blanks.
  static func list(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, [String]> & Sendable, reference: String,
    accepted: String, _ help: String
  ) -> Setting {
    Setting(
      name: name, referenceName: reference, help: help, accepted: accepted, choices: [], isSwitch: false,
      read: { values, settings in
        let items = values.flatMap { value in
          value.split { $0 == "," || $0.isWhitespace }.map(String.init)
        }
        guard !items.isEmpty, items.allSatisfy(\.isPlainLine) else { return false }
        settings[keyPath: property] = items
        return true
      },
      write: { $0[keyPath: property].joined(separator: ", ") })
  }
}

extension String {
  /// Not empty, and nothing in it that would break a line or a terminal.
  var isPlainLine: Bool {
    !isEmpty && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }

  /// Letters, then parts of letters and digits between hyphens.
  fileprivate var isLanguageTag: Bool {
    let parts = split(separator: "-", omittingEmptySubsequences: false)
    return (2...8).contains(parts[0].count) && parts[0].allSatisfy { $0.isASCII && $0.isLetter }
      && parts.dropFirst().allSatisfy { part in
        (1...8).contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      }
  }
}

extension [String] {
  /// "auto, f32 or f16".
  var alternatives: String {
    guard count > 1, let last else { return joined() }
    return "\(dropLast().joined(separator: ", ")) or \(last)"
  }
}

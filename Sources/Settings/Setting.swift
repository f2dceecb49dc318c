internal import SystemPaths

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
      name, property, reference: nil, help, accepted: range.wholeNumbers, parse: range.number(in:),
      write: { $0.description })
  }

  /// A whole number, or none.
  static func number(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Int?> & Sendable,
    in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help, accepted: range.wholeNumbers,
      parse: { text in range.number(in: text).map { .some($0) } }, write: { $0?.description })
  }

  /// A number.
  static func decimal(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Double> & Sendable,
    in range: ClosedRange<Double>, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help,
      accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
      parse: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }, write: { $0.description })
  }

  /// An amount of memory: "2.5GB", "1500MB", "3000000000".
  static func bytes(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, Int64?> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help, accepted: "an amount of memory like 3GB or 1500MB",
      parse: { text in text.byteCount.map { .some($0) } }, write: { $0?.description })
  }

  /// Lengths in seconds.
  static func seconds(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, [Double]?> & Sendable, reference: String,
    _ help: String
  ) -> Setting {
    Setting(
      name: name, referenceName: reference, help: help, accepted: "seconds from 0.5 to 60, like 5,20",
      choices: [], isSwitch: false,
      read: { values, settings in
        let items = values.flatMap(\.items)
        let seconds = items.compactMap(Double.init).filter { (0.5...60).contains($0) }
        guard !items.isEmpty, seconds.count == items.count else { return false }
        settings[keyPath: property] = seconds
        return true
      },
      write: { settings in
        settings[keyPath: property]?.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(
          separator: ",")
      })
  }

  /// Several "KEY=VALUE".
  static func pairs(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, [String]> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name: name, referenceName: nil, help: help, accepted: "KEY=VALUE", choices: [], isSwitch: false,
      read: { values, settings in
        let pairs = values.flatMap(\.items)
        guard !pairs.isEmpty, pairs.allSatisfy({ $0.isPlainLine && $0.first != "=" && $0.contains("=") })
        else { return false }
        settings[keyPath: property] = pairs
        return true
      },
      write: { $0[keyPath: property].isEmpty ? nil : $0[keyPath: property].joined(separator: ", ") })
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

  /// "yes", "no", or a name that fits into a label of DNS.
  static func serviceName(
    _ name: String, _ property: any WritableKeyPath<ServerSettings, String> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: nil, help, accepted: "yes, no, or a name of at most 63 bytes",
      parse: { text in
        if let truth = truth(text) { return truth ? "yes" : "no" }
        return text.isPlainLine && !text.holdsRawBytes && text.utf8.count <= 63 ? text : nil
      }, write: { $0 })
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
    _ name: String, _ property: any WritableKeyPath<ServerSettings, [String]> & Sendable, reference: String?,
    accepted: String, _ help: String
  ) -> Setting {
    Setting(
      name: name, referenceName: reference, help: help, accepted: accepted, choices: [], isSwitch: false,
      read: { values, settings in
        let items = values.flatMap(\.items)
        guard !items.isEmpty, items.allSatisfy(\.isPlainLine) else { return false }
        settings[keyPath: property] = items
        return true
      },
      write: { $0[keyPath: property].isEmpty ? nil : $0[keyPath: property].joined(separator: ", ") })
  }
}

extension String {
  /// Not empty, and nothing in it that would break a line or a terminal.
  var isPlainLine: Bool {
    !isEmpty && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }

  /// What stands between commas or blanks.
  fileprivate var items: [String] { split { $0 == "," || $0.isWhitespace }.map(String.init) }

  /// Bytes of "2.5GB" and the like; `nil` if it is no such amount.
  fileprivate var byteCount: Int64? {
    let units: [(String, Double)] = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)]
    let text = uppercased()
    let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
    guard let number = Double(text.dropLast(unit.0.count)), (1...1e15).contains(number * unit.1) else {
      return nil
    }
    return Int64((number * unit.1).rounded())
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

extension ClosedRange<Int> {
  /// What is accepted, in words.
  fileprivate var wholeNumbers: String { "a whole number from \(lowerBound) to \(upperBound)" }

  /// The number that a text is, if it is one of these.
  @Sendable fileprivate func number(in text: String) -> Int? {
    Int(text).flatMap { contains($0) ? $0 : nil }
  }
}

extension [String] {
  /// "auto, f32 or f16".
  var alternatives: String {
    guard count > 1, let last else { return joined() }
    return "\(dropLast().joined(separator: ", ")) or \(last)"
  }
}

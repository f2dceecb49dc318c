internal import Devices
internal import SystemPaths

/// A setting: its name, the values that it accepts, and the property of ``ServerSettings`` that it sets.
public struct Setting: Sendable {
  /// The name as an option and in files: "log-level".
  public let name: String
  /// The environment variable of `wyoming-parakeet-on-intel-npu` with the same meaning.
  public let referenceName: String?
  /// The effect, in a sentence.
  public let help: String
  /// The name of the value in the help: "seconds".
  public let valueName: String
  /// The accepted values, in words: "auto or cpu".
  public let accepted: String
  /// The accepted words, if they can be enumerated.
  public let choices: [String]
  /// The accepted numbers: "5 to 60".
  public let range: String?
  /// The value used if there is none, in words.
  private let usual: String?
  /// True if the command line has `--name` and `--no-name`.
  public let isSwitch: Bool
  /// True if the setting holds any number of values.
  public let isList: Bool

  /// Changes the settings if the values are accepted.
  ///
  /// - Returns: False if they are not.
  let read: @Sendable (_ values: [String], _ settings: inout ServerSettings) -> Bool
  /// Returns the value as a person would write it; `nil` if there is none.
  let write: @Sendable (_ settings: ServerSettings) -> String?

  /// The environment variable: "LORIKEET_LOG_LEVEL".
  public var environmentName: String { EnvironmentName.of(name) }

  /// - Returns: The default as a person would write it; `nil` if there is none.
  public func defaultValue(dataDir: String) -> String? {
    write(ServerSettings(dataDir: dataDir))
  }

  /// Remarks on the accepted values and the default, for the help.
  ///
  /// - Parameter dataDir: The default of `data-dir`.
  public func notes(dataDir: String) -> [String] {
    var notes = isList ? ["repeatable"] : []
    if !choices.isEmpty { notes.append("values: \(choices.joined(separator: ", "))") }
    if let range { notes.append("range: \(range)") }
    if let value = defaultValue(dataDir: dataDir) ?? usual { notes.append("default: \(value)") }
    return notes
  }
}

// The kinds of settings: each takes a property, and knows how a text becomes its value.
extension Setting {
  typealias Property<Value> = any WritableKeyPath<ServerSettings, Value> & Sendable

  private init(
    _ name: String, reference: String? = nil, _ help: String, value valueName: String? = nil,
    accepted: String, choices: [String] = [], range: String? = nil, usual: String? = nil,
    isSwitch: Bool = false, isList: Bool = false,
    read: @escaping @Sendable ([String], inout ServerSettings) -> Bool,
    write: @escaping @Sendable (ServerSettings) -> String?
  ) {
    // "seconds" of "window-seconds"
    let lastWord = name.split(separator: "-").last.map(String.init)
    self.init(
      name: name, referenceName: reference, help: help, valueName: valueName ?? lastWord ?? name,
      accepted: accepted, choices: choices, range: range, usual: usual, isSwitch: isSwitch, isList: isList,
      read: read, write: write)
  }

  /// A setting with one value.
  ///
  /// - Parameter parse: Returns `nil` for a text that is not accepted.
  private init<Value: Sendable>(
    _ name: String, _ property: Property<Value>, reference: String? = nil, _ help: String,
    value valueName: String? = nil, accepted: String, choices: [String] = [], range: String? = nil,
    usual: String? = nil, isSwitch: Bool = false,
    parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String?
  ) {
    self.init(
      name, reference: reference, help, value: valueName, accepted: accepted, choices: choices, range: range,
      usual: usual, isSwitch: isSwitch,
      read: { values, settings in
        guard values.count == 1, let value = parse(values[0]) else { return false }
        settings[keyPath: property] = value
        return true
      },
      write: { write($0[keyPath: property]) })
  }

  /// A setting with any number of values, which one text can hold between commas or blanks.
  ///
  /// - Parameter parse: Returns `nil` for texts that are not accepted.
  private init<Value: Sendable>(
    _ name: String, items property: Property<Value>, reference: String?, _ help: String,
    value valueName: String? = nil, accepted: String, usual: String? = nil, isList: Bool,
    parse: @escaping @Sendable ([String]) -> Value?, write: @escaping @Sendable (Value) -> String?
  ) {
    self.init(
      name, reference: reference, help, value: valueName, accepted: accepted, usual: usual, isList: isList,
      read: { values, settings in
        let items = values.flatMap(\.items)
        guard !items.isEmpty, let value = parse(items) else { return false }
        settings[keyPath: property] = value
        return true
      },
      write: { write($0[keyPath: property]) })
  }

  /// One of a few words, in either case.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ property: Property<Value>, reference: String? = nil, value: String? = nil,
    _ help: String
  ) -> Setting {
    let choices = Value.allCases.map(\.rawValue)
    return Setting(
      name, property, reference: reference, help, value: value, accepted: choices.alternatives,
      choices: choices, parse: { Value(rawValue: $0.lowercased()) }, write: { $0.rawValue })
  }

  /// A switch.
  static func onOff(_ name: String, _ property: Property<Bool>, _ help: String) -> Setting {
    Setting(
      name, property, help, accepted: "true or false", isSwitch: true, parse: truth,
      write: { $0.description })
  }

  /// - Returns: `nil` for a text that says neither yes nor no.
  public static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// "off" or "on", for a setting that is not a switch on the command line.
  static func offOrOn(_ name: String, _ property: Property<Bool>, _ help: String) -> Setting {
    Setting(
      name, property, help, value: "mode", accepted: "off or on", choices: ["off", "on"], parse: truth,
      write: { $0 ? "on" : "off" })
  }

  /// "yes" or "no", for a setting that is not a switch on the command line.
  static func yesOrNo(_ name: String, _ property: Property<Bool>, _ help: String) -> Setting {
    Setting(
      name, property, help, value: "answer", accepted: "yes or no", choices: ["yes", "no"], parse: truth,
      write: { $0 ? "yes" : "no" })
  }

  /// A whole number.
  static func wholeNumber(
    _ name: String, _ property: Property<Int>, in range: ClosedRange<Int>, value: String? = nil,
    _ help: String
  ) -> Setting {
    Setting(
      name, property, help, value: value, accepted: range.wholeNumbers, range: range.inWords,
      parse: range.number(in:), write: { $0.description })
  }

  /// A whole number, or none.
  ///
  /// - Parameter usual: The number that applies if there is none, in words.
  static func wholeNumber(
    _ name: String, _ property: Property<Int?>, in range: ClosedRange<Int>, value: String? = nil,
    default usual: String? = nil, _ help: String
  ) -> Setting {
    Setting(
      name, property, help, value: value, accepted: range.wholeNumbers, range: range.inWords, usual: usual,
      parse: { text in range.number(in: text).map { .some($0) } }, write: { $0?.description })
  }

  /// A whole number of seconds.
  static func wholeNumber(
    _ name: String, _ property: Property<Double>, in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, property, help, accepted: range.wholeNumbers, range: range.inWords,
      parse: { text in range.number(in: text).map(Double.init) }, write: { $0.withoutZeroFraction })
  }

  /// A number.
  static func number(
    _ name: String, _ property: Property<Double>, in range: ClosedRange<Double>, value: String? = nil,
    _ help: String
  ) -> Setting {
    Setting(
      name, property, help, value: value,
      accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
      range: "\(range.lowerBound.withoutZeroFraction) to \(range.upperBound.withoutZeroFraction)",
      parse: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }, write: { $0.description })
  }

  /// An amount of memory: "2.5GB", "1500MB", "3000000000".
  static func bytes(_ name: String, _ property: Property<Int64?>, _ help: String) -> Setting {
    Setting(
      name, property, help, value: "bytes", accepted: "an amount of memory like 3GB or 1500MB",
      parse: { text in text.byteCount.map { .some($0) } }, write: { $0?.description })
  }

  /// Lengths of audio in seconds.
  ///
  /// - Parameter usual: The lengths that apply if there are none, for people.
  static func lengths(
    _ name: String, _ property: Property<[Double]?>, reference: String, usual: String, _ help: String
  ) -> Setting {
    let range = Bucket.seconds
    let (lower, upper) = (range.lowerBound.withoutZeroFraction, range.upperBound.withoutZeroFraction)
    return Setting(
      name, items: property, reference: reference, help, value: "seconds",
      accepted: "seconds from \(lower) to \(upper), like 5,20", usual: usual,
      isList: false,
      parse: { items in
        let seconds = items.compactMap(Double.init).filter(range.contains)
        return seconds.count == items.count ? .some(seconds) : nil
      },
      write: { $0?.list })
  }

  /// Any number of "KEY=VALUE"; of two with one key the last counts.
  static func properties(_ name: String, _ property: Property<[String: String]>, _ help: String) -> Setting {
    Setting(
      name, items: property, reference: nil, help, value: "key=value", accepted: "KEY=VALUE", isList: true,
      parse: { items in
        var properties: [String: String] = [:]
        for item in items {
          guard item.isPlainLine, let sign = item.firstIndex(of: "="), sign != item.startIndex else {
            return nil
          }
          properties[String(item[..<sign])] = String(item[item.index(after: sign)...])
        }
        return properties
      },
      write: { properties in
        let pairs = properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return pairs.isEmpty ? nil : pairs.joined(separator: ", ")
      })
  }

  /// Any text that fits on a line.
  static func text(
    _ name: String, _ property: Property<String>, reference: String? = nil, value: String? = nil,
    accepted: String, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: reference, help, value: value, accepted: accepted,
      parse: { $0.isPlainLine ? $0 : nil }, write: { $0 })
  }

  /// Any text that fits on a line, or none.
  static func optionalText(
    _ name: String, _ property: Property<String?>, value: String, accepted: String, _ help: String
  ) -> Setting {
    Setting(
      name, property, help, value: value, accepted: accepted,
      parse: { $0.isPlainLine && !$0.isEmpty ? .some($0) : nil }, write: { $0 })
  }

  /// "yes", "no", or a name that fits into a label of DNS.
  static func serviceName(_ name: String, _ property: Property<String>, _ help: String) -> Setting {
    Setting(
      name, property, help, value: "name", accepted: "yes, no, or a name of at most 63 bytes",
      parse: { text in
        if let truth = truth(text) { return truth ? "yes" : "no" }
        return text.isPlainLine && !text.holdsRawBytes && text.utf8.count <= 63 ? text : nil
      }, write: { $0 })
  }

  /// A language tag (BCP 47): "en", "pt-BR".
  static func languageTag(
    _ name: String, _ property: Property<String?>, reference: String, _ help: String
  ) -> Setting {
    Setting(
      name, property, reference: reference, help, value: "tag",
      accepted: "a language tag such as 'en' or 'pt-BR'",
      parse: { $0.isLanguageTag ? .some($0) : nil }, write: { $0 })
  }

  /// Any number of texts.
  static func list(
    _ name: String, _ property: Property<[String]>, reference: String? = nil, value: String? = nil,
    accepted: String, each isAccepted: @escaping @Sendable (String) -> Bool = \.isPlainLine, _ help: String
  ) -> Setting {
    Setting(
      name, items: property, reference: reference, help, value: value, accepted: accepted, isList: true,
      parse: { $0.allSatisfy(isAccepted) ? $0 : nil },
      write: { $0.isEmpty ? nil : $0.joined(separator: ", ") })
  }
}

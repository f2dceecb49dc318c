/// Parsers for the system's text files. Malformed lines are ignored.
enum SystemText {
  /// Parses `/proc/cpuinfo`.
  static func processor(_ text: String) -> MachineFacts.Processor {
    var processor = MachineFacts.Processor()
    for (key, value) in pairs(text, separator: ":") {
      switch key {
      case "processor": processor.threads += 1
      case "model name" where processor.name == nil: processor.name = value
      // The keys of x86 and ARM. Every thread repeats the line, a thousand times on large machines.
      case "flags", "Features":
        if processor.features.isEmpty {
          processor.features = Set(value.split(separator: " ").map(String.init))
        }
      default: break
      }
    }
    return processor
  }

  /// Parses `/proc/meminfo`.
  static func memory(_ text: String) -> MachineFacts.Memory? {
    func bytes(_ wanted: String) -> Int? {
      let value = pairs(text, separator: ":").first { $0.key == wanted }?.value
      guard let kibibytes = value?.split(separator: " ").first.flatMap({ Int($0) }) else { return nil }
      let (bytes, isHuge) = kibibytes.multipliedReportingOverflow(by: 1024)
      return isHuge || bytes < 0 ? nil : bytes
    }
    guard let total = bytes("MemTotal"), let available = bytes("MemAvailable") else { return nil }
    return MachineFacts.Memory(total: total, available: available)
  }

  /// Parses `/etc/os-release`.
  static func distribution(_ text: String) -> MachineFacts.Distribution? {
    let values = Dictionary(pairs(text, separator: "=")) { first, _ in first }
      .mapValues { value in String(value.filter { $0 != "\"" && $0 != "'" }) }
    guard let id = values["ID"] else { return nil }
    return MachineFacts.Distribution(
      id: id, version: values["VERSION_ID"] ?? "", name: values["PRETTY_NAME"] ?? id)
  }

  /// The versions of installed packages in dpkg's status file.
  static func packages(_ text: String, named names: Set<String>) -> [String: String] {
    var versions: [String: String] = [:]
    var name: Substring?
    var isInstalled = false
    for line in lines(text, keepingEmpty: true) {
      if line.isEmpty {
        (name, isInstalled) = (nil, false)
      } else if line.hasPrefix("Package: ") {
        name = line.dropFirst("Package: ".count)
      } else if line.hasPrefix("Status: ") {
        isInstalled = line.hasSuffix(" installed")
      } else if line.hasPrefix("Version: "), isInstalled, let name, names.contains(String(name)) {
        versions[String(name)] = String(line.dropFirst("Version: ".count))
      }
    }
    return versions
  }

  /// An entry of `/etc/passwd` or `/etc/group`.
  struct Account: Equatable {
    let name: String
    let id: UInt32
    /// The last field: a group's members.
    let members: [String]
  }

  static func accounts(_ text: String) -> [Account] {
    lines(text).compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 4, let id = UInt32(fields[2]) else { return nil }
      return Account(
        name: String(fields[0]), id: id,
        members: (fields.last ?? "").split(separator: ",").map(String.init))
    }
  }

  /// The kind of container in the names of a process's control groups.
  static func container(ofControlGroups text: String) -> MachineFacts.Container? {
    let signs: [(String, MachineFacts.Container)] = [
      ("kubepods", .kubernetes), ("docker", .docker), ("libpod", .podman), ("lxc", .lxc),
    ]
    return signs.first { text.contains($0.0) }?.1
  }

  /// Splits by bytes, which is fast enough for a package database of many megabytes.
  static func lines(_ text: String, keepingEmpty: Bool = false) -> [Substring] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: !keepingEmpty)
      .map { Substring($0) }
  }

  private static func pairs(_ text: String, separator: Character) -> [(key: String, value: String)] {
    lines(text).compactMap { line in
      guard let place = line.firstIndex(of: separator) else { return nil }
      return (trimmed(line[..<place]), trimmed(line[line.index(after: place)...]))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}

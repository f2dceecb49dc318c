internal import Configuration
internal import Glibc
internal import Synchronization
internal import SystemPaths

/// A file of settings: `log-level: info`, or `log_level: info`.
///
/// JSON is a subset of YAML and is read as YAML, so that the same mistakes are rejected in both, and a number is never
/// read as a truth value. The one exception is a character beyond U+FFFF that is escaped as a surrogate pair.
struct SettingsFile {
  let path: String
  let snapshot: YAMLSnapshot
  /// The keys in the file, by the setting's name.
  let keys: [String: String]

  private static let extensions = ["yaml", "yml", "json"]
  private static let maximumBytes = 65_536
  /// The texts that mean "not set".
  private static let empty = ["", "~", "null"]

  init(path: String) throws(SettingsError) {
    guard Self.extensions.contains(where: { path.lowercased().hasSuffix(".\($0)") }) else {
      throw SettingsError(
        "cannot read settings from \(path.quoted), expected a file that ends in \(Self.extensions.alternatives)"
      )
    }
    self.path = path
    // A path in the file does not have to be UTF-8.
    var content = Array(String(systemBytes: try Self.content(of: path)).utf8)
    if content.isBlank { content = Array("{}".utf8) }
    (snapshot, keys) = try Self.parse(content, path: path)
  }

  private static func parse(
    _ content: [UInt8], path: String
  ) throws(SettingsError) -> (YAMLSnapshot, keys: [String: String]) {
    // A snapshot does not list its keys, but it asks for each key whether it is a secret.
    let found = Mutex<[String]>([])
    let listing = YAMLSnapshot.ParsingOptions(
      secretsSpecifier: .dynamic { key, _ in
        found.withLock { $0.append(key) }
        return false
      })
    let snapshot: YAMLSnapshot
    do {
      snapshot = try YAMLSnapshot(data: content.span.bytes, providerName: path, parsingOptions: listing)
    } catch {
      throw SettingsError("cannot read settings from \(path.quoted): \(reason(error))")
    }
    var keys: [String: String] = [:]
    for key in found.withLock({ $0 }) {
      let name = key.replacing("_", with: "-")
      guard Setting.all.contains(where: { $0.name == name }) else { throw .unknownKey(key, in: path) }
      guard keys[name] == nil else {
        throw SettingsError("'\(name)' is set twice (file \(path))")
      }
      keys[name] = key
    }
    return (snapshot, keys.filter { !isEmpty($0.value, in: snapshot) })
  }

  /// The parser's message without the excerpt of the file that follows it.
  private static func reason(_ error: any Error) -> String {
    let lines = "\(error)".split(whereSeparator: \.isNewline).prefix(2).joined(separator: " ")
    let reason = lines.hasSuffix(" Context:") ? lines.dropLast(" Context:".count) : lines[...]
    return String(reason.hasSuffix(":") ? reason.dropLast() : reason)
  }

  private static func isEmpty(_ key: String, in snapshot: YAMLSnapshot) -> Bool {
    guard let content = try? snapshot.value(forKey: AbsoluteConfigKey([key]), type: .string).value?.content,
      case .string(let text) = content
    else { return false }
    return empty.contains(text)
  }

  private static func content(of path: String) throws(SettingsError) -> [UInt8] {
    func failure() -> SettingsError {
      SettingsError("cannot read settings from \(path.quoted): \(String(cString: strerror(errno)))")
    }
    let descriptor = Files.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count == 0 { return content }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure()
      }
      content += piece[..<count]
      guard content.count <= maximumBytes else {
        throw SettingsError(
          "cannot read settings from \(path.quoted): it is larger than \(maximumBytes) bytes")
      }
    }
  }
}

extension [UInt8] {
  /// True if there are only blanks, comments and the marker of a document's start.
  fileprivate var isBlank: Bool {
    split(separator: UInt8(ascii: "\n")).allSatisfy { line in
      let first = line.first { ![UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
      return first == nil || first == UInt8(ascii: "#") || line.elementsEqual("---".utf8)
    }
  }
}

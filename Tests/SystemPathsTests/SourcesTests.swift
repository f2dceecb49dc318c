import FoundationEssentials
import Glibc
import Support
import SystemPaths
import Testing

@Suite struct `The sources` {
  private static let folder = Files.parent(of: Files.parent(of: Fixtures.directory.path)) + "/Sources"

  /// Each shortcut has one of these: they are looked for first, which takes much less time.
  private static let words = [
    "FileManager", "ProcessInfo", "URL(", "CommandLine", "unixDomainSocketPath", "unlink(", "dir(", "path(",
    "stat(", "access(", "rename(", "statvfs(", "link(", "open(", "openat(", "creat(",
  ]

  private static func hasWord(_ text: String) -> Bool {
    text.withCString { text in words.contains { strstr(text, $0) != nil } }
  }

  /// Where a `String` goes to the system as it is, and with it other bytes than were meant: Foundation's ways, and
  /// calls of C that are neither methods nor declarations, and whose path is no literal.
  private static func isShortcut(_ line: String) -> Bool {
    guard hasWord(line) else { return false }
    return line.contains(#/FileManager|ProcessInfo|URL\(file|contentsOf(File|): *URL/#)
      || line.contains(#/CommandLine\.arguments|unixDomainSocketPath:/#)
      || line.contains(#/(^|[^.\w])(unlink|rmdir|opendir|chdir|realpath)\([^"$:)]/#)
      || line.contains(#/(^|[^.\w])(stat|lstat|access|rename|mkdir|statvfs|readlink|symlink)\([^"$:)(]+,/#)
      || line.contains(#/(^|[^.\w])(open|openat|creat|fopen|sf_open)\([^"$:)(]+,/#)
  }

  @Test func `give the system paths in one module only`() throws {
    var found: [String] = []
    for module in try Files.names(in: Self.folder) where module != "SystemPaths" {
      for file in try Self.files(below: "\(Self.folder)/\(module)") where file.hasSuffix(".swift") {
        let text = try Files.contents(of: file)
        guard Self.hasWord(String(systemBytes: text)) else { continue }
        for line in text.split(separator: UInt8(ascii: "\n")).map(String.init(systemBytes:))
        where Self.isShortcut(line) {
          found.append("\(file): \(line)")
        }
      }
    }
    #expect(found.isEmpty, "use Files or SystemProcess")
  }

  @Test(
    arguments: [
      "if FileManager.default.fileExists(atPath: path) {",
      "let data = try Data(contentsOf: URL(filePath: path))",
      "let file = open(path, O_RDONLY)", "guard unlink(path) == 0 else {",
      "for name in CommandLine.arguments {",
    ])
  func `would be caught`(line: String) {
    #expect(Self.isShortcut(line))
  }

  @Test(
    arguments: [
      "let file = Files.open(path, O_RDONLY)",
      "guard let file = fopen(\"/proc/self/statm\", \"r\") else { return 0 }",
      "await open(key)", "var status = stat()", "func open(_ info: inout SF_INFO) -> OpaquePointer? {",
      "path.withSystemCString { sf_open($0, Int32(SFM_READ), &info) }",
    ])
  func `may do what is right`(line: String) {
    #expect(!Self.isShortcut(line))
  }

  private static func files(below directory: String) throws -> [String] {
    try Files.names(in: directory).flatMap { name in
      let path = "\(directory)/\(name)"
      return Files.isDirectory(path) ? try files(below: path) : [path]
    }
  }
}

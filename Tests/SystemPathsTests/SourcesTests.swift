import FoundationEssentials
import Glibc
import Support
import SystemPaths
import Testing

@Suite struct `The sources` {
  private static let folder = Files.parent(of: Files.parent(of: Fixtures.directory.path)) + "/Sources"

  /// The words of which every shortcut contains one: searching for them first is much faster.
  private static let words = [
    "FileManager", "ProcessInfo", "URL(", "CommandLine", "unixDomainSocketPath", "unlink(", "dir(", "path(",
    "stat(", "access(", "rename(", "statvfs(", "link(", "open(", "openat(", "creat(",
  ]

  private static func hasWord(_ text: String) -> Bool {
    text.withCString { text in words.contains { strstr(text, $0) != nil } }
  }

  /// True for a line that passes a `String` to the system directly, and so perhaps wrong bytes: by Foundation, or by a
  /// call of C, not a method or declaration, whose path is not a literal.
  private static func isShortcut(_ line: String) -> Bool {
    guard hasWord(line) else { return false }
    return line.contains(#/FileManager|ProcessInfo|URL\(file|contentsOf(File|): *URL/#)
      || line.contains(#/CommandLine\.arguments|unixDomainSocketPath:/#)
      || line.contains(#/(^|[^.\w])(unlink|rmdir|opendir|chdir|realpath)\([^"$:)]/#)
      || line.contains(#/(^|[^.\w])(stat|lstat|access|rename|mkdir|statvfs|readlink|symlink)\([^"$:)(]+,/#)
      || line.contains(#/(^|[^.\w])(open|openat|creat|fopen|sf_open)\([^"$:)(]+,/#)
  }

  @Test func `the sources pass paths to the system in one module only`() throws {
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
  func `a line that passes a path directly is found`(line: String) {
    #expect(Self.isShortcut(line))
  }

  @Test(
    arguments: [
      "let file = Files.open(path, O_RDONLY)",
      "guard let file = fopen(\"/proc/self/statm\", \"r\") else { return 0 }",
      "await open(key)", "var status = stat()", "func open(_ info: inout SF_INFO) -> OpaquePointer? {",
      "path.withSystemCString { sf_open($0, Int32(SFM_READ), &info) }",
    ])
  func `a line that passes no path directly is not found`(line: String) {
    #expect(!Self.isShortcut(line))
  }

  private static func files(below directory: String) throws -> [String] {
    try Files.names(in: directory).flatMap { name in
      let path = "\(directory)/\(name)"
      return Files.isDirectory(path) ? try files(below: path) : [path]
    }
  }
}

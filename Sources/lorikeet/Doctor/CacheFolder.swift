internal import Diagnosis
internal import Glibc
internal import ModelDownload
internal import Storage
internal import SystemPaths

/// Checks a folder of the data directory that keeps what is made from models: for useless content, and for the reason
/// why nothing can be added.
struct CacheFolder {
  /// The name: "prepared" or "compiled".
  let name: String
  let path: String
  /// The paths of the prepared models or compiled networks in it, which have findings of their own.
  private let known: Set<String>

  init(_ name: String, path: String, known: [String]) {
    self.name = name
    self.path = path
    self.known = Set(known)
  }

  /// Returns the findings about the folder.
  ///
  /// - Parameter isDirectoryWritable: False if the data directory is not writable, which has a finding of its own.
  func findings(isDirectoryWritable: Bool) -> [Finding] {
    guard Files.isThere(path) else { return [] }
    guard Files.isDirectory(path) else {
      return [
        finding(
          .error, "\(path): it is not a directory", remedy: "mv \(path.shellWord) \("\(path).old".shellWord)")
      ]
    }
    let names: [String]
    do throws(FileError) {
      names = try Files.names(in: path)
    } catch {
      return [finding(.error, "\(error)", remedy: Refusal(path, error.message).remedy)]
    }
    var findings: [Finding] = []
    if isDirectoryWritable, Files.access(path, W_OK | X_OK) != 0 {
      let why = Refusal.why(of: path)
      findings.append(
        finding(.error, "cannot write to \(path): \(why)", remedy: Refusal(path, why).remedy))
    }
    findings += contents(names)
    if findings.isEmpty, known.isEmpty {
      findings.append(finding(.note, "\(path) is empty: the next start creates what it needs"))
    }
    return findings
  }

  private func contents(_ names: [String]) -> [Finding] {
    let leftovers = TemporaryPath.abandoned(in: path)
    var findings: [Finding] = []
    if !leftovers.isEmpty {
      let bytes = leftovers.reduce(0) { $0 + Self.size(of: "\(path)/\($1)") }
      let paths = leftovers.map { "\(path)/\($0)".shellWord }.joined(separator: " ")
      findings.append(
        finding(
          .warning,
          "\(path): \(ByteCount(bytes)) were left by an interrupted start and are not needed",
          remedy: "rm -r \(paths)"))
    }
    // Lorikeet's own files begin with a dot.
    for name in names where !name.hasPrefix(".") && !known.contains("\(path)/\(name)") {
      findings.append(
        finding(
          .note, "\(path)/\(name) is not usable: damaged, or made by another version",
          remedy: "rm -r \("\(path)/\(name)".shellWord)"))
    }
    return findings
  }

  private static func size(of path: String) -> Int {
    let names = (try? Files.names(in: path)) ?? []
    return names.reduce(0) { $0 + (Files.length(of: "\(path)/\($1)") ?? 0) }
  }

  private func finding(_ verdict: Verdict, _ text: String, remedy: String? = nil) -> Finding {
    Finding(.data, name, verdict, text, remedy: remedy)
  }
}

/// A path that cannot be written to, with the remedy.
struct Refusal {
  let path: String
  let why: String

  init(_ path: String, _ why: String) {
    self.path = path
    self.why = why
  }

  /// The reason why the last system call failed, with the owner if it is another user.
  static func why(of path: String) -> String {
    let code = errno
    let why = String(cString: strerror(code))
    guard code == EACCES || code == EPERM, let owner = Files.owner(of: path), owner != geteuid()
    else {
      return why
    }
    return "\(why), it belongs to user \(owner)"
  }

  static let deadLink = "it is a link to"

  var remedy: String {
    if why.hasPrefix(Self.deadLink) {
      return "mount or create the link's target, or choose another directory with --data-dir"
    }
    if why == String(cString: strerror(EROFS)) {
      return "mount it writable (findmnt -T \(path.shellWord)), or choose another directory with --data-dir"
    }
    return "choose another directory with --data-dir, or: sudo chown -R $(id -u):$(id -g) \(path.shellWord)"
  }
}

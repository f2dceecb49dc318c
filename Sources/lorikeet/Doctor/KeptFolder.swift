internal import Diagnosis
internal import Glibc
internal import ModelDownload
internal import Storage
internal import SystemPaths

/// A folder of the data directory where what is made of models is kept: what in it is of no use, and why nothing new
/// comes into it.
struct KeptFolder {
  /// "prepared" or "compiled".
  let name: String
  let path: String
  /// What in it was found to be a prepared model or a compiled network, which has findings of its own.
  private let known: Set<String>

  init(_ name: String, path: String, known: [String]) {
    self.name = name
    self.path = path
    self.known = Set(known)
  }

  /// - Parameter isDirectoryWritable: Whether the data directory can be written to; else its own finding says enough.
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
        finding(.error, "nothing can be kept in \(path): \(why)", remedy: Refusal(path, why).remedy))
    }
    findings += contents(names)
    if findings.isEmpty, known.isEmpty {
      findings.append(finding(.note, "\(path) holds none yet: the next start makes what it needs"))
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
          "\(path): \(ByteCount(bytes)) were left by a start that was interrupted; they are of no use",
          remedy: "rm -r \(paths)"))
    }
    // Files of ours begin with a dot.
    for name in names where !name.hasPrefix(".") && !known.contains("\(path)/\(name)") {
      findings.append(
        finding(
          .note, "\(path)/\(name) is of no use: damaged, or made by another version",
          remedy: "rm -r \("\(path)/\(name)".shellWord)"))
    }
    return findings
  }

  private static func size(of path: String) -> Int {
    let names = (try? Files.names(in: path)) ?? []
    return names.reduce(0) { $0 + Int(clamping: Files.status(of: "\(path)/\($1)")?.st_size ?? 0) }
  }

  private func finding(_ verdict: Verdict, _ text: String, remedy: String? = nil) -> Finding {
    Finding(.data, name, verdict, text, remedy: remedy)
  }
}

/// A path that may not be written to, and what mends that.
struct Refusal {
  let path: String
  let why: String

  init(_ path: String, _ why: String) {
    self.path = path
    self.why = why
  }

  /// Why the last call failed, with the owner where it is somebody else.
  static func why(of path: String) -> String {
    let code = errno
    let why = String(cString: strerror(code))
    guard code == EACCES || code == EPERM, let owner = Files.status(of: path)?.st_uid, owner != geteuid()
    else {
      return why
    }
    return "\(why), it belongs to user \(owner)"
  }

  static let deadLink = "it is a link to"

  var remedy: String {
    if why.hasPrefix(Self.deadLink) {
      return "mount or make what it leads to, or name another directory with --data-dir"
    }
    if why == String(cString: strerror(EROFS)) {
      return "mount it writable (findmnt -T \(path.shellWord)), or name another directory with --data-dir"
    }
    return "name another with --data-dir, or: sudo chown -R $(id -u):$(id -g) \(path.shellWord)"
  }
}

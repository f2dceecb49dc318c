internal import SystemPaths

/// The folder of a repository in the hub's own cache: `models--OWNER--NAME`, with commits as folders in `snapshots`, and
/// the commit of each branch as a file in `refs`.
struct HubCache {
  let path: String

  /// - Returns: `nil` if the directory is something else.
  init?(at path: String) {
    guard Files.isDirectory("\(path)/snapshots"), !Files.isThere("\(path)/config.json") else { return nil }
    self.path = path
  }

  /// Returns the folder of the commit of `main`, or that of the only commit there.
  func snapshot() throws(ModelError) -> String {
    let folder = "\(path)/snapshots"
    if let main = mainCommit, Files.isDirectory("\(folder)/\(main)") { return "\(folder)/\(main)" }
    let commits = ((try? Files.names(in: folder)) ?? []).filter { Files.isDirectory("\(folder)/\($0)") }
    guard let only = commits.first else { throw ModelError(model: path, reason: .noSnapshot) }
    guard commits.count == 1 else {
      throw ModelError(model: path, reason: .severalModels(commits.map { "snapshots/\($0)" }))
    }
    return "\(folder)/\(only)"
  }

  private var mainCommit: String? {
    guard let bytes = try? Files.contents(of: "\(path)/refs/main", atMost: 128) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
    return text.map(String.init).flatMap { $0.contains("/") || $0.hasPrefix(".") ? nil : $0 }
  }

  /// The repository of a directory in the hub's cache, `OWNER/NAME`; `nil` if the directory is elsewhere.
  static func repository(of path: String) -> String? {
    let prefix = "models--"
    guard let folder = path.split(separator: "/").last(where: { $0.hasPrefix(prefix) }) else { return nil }
    return String(folder.dropFirst(prefix.count)).replacing("--", with: "/")
  }
}

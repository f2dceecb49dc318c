internal import SystemPaths

extension ModelDirectory {
  /// The folders of the included model relative to the binary: SwiftPM's resource bundle after a build, `share`
  /// after an installation.
  private static let builtinFolders = [
    "lorikeet_ModelStore.resources/builtin",
    "../share/lorikeet/models/builtin",
  ]

  /// Returns the path of the included model.
  static func builtinPath() throws(ModelError) -> String {
    let looked = builtinFolders.map { "\(executableDirectory())/\($0)" }
    guard let found = looked.first(where: { Files.isThere("\($0)/config.json") })
    else {
      throw ModelError(model: ModelDirectory.builtin, reason: .builtinMissing(looked: looked))
    }
    return found
  }

  private static func executableDirectory() -> String {
    Files.parent(of: Files.link(at: "/proc/self/exe") ?? SystemProcess.arguments.first ?? "")
  }
}

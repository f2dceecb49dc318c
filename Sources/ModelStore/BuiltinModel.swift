internal import SystemPaths

/// Finds the files of the model that comes with the program.
enum BuiltinModel {
  /// The folders relative to the binary: SwiftPM's resource bundle after a build, `share` after an installation.
  private static let places = [
    "lorikeet_ModelStore.resources/builtin",
    "../share/lorikeet/models/builtin",
  ]

  static func path() throws(ModelError) -> String {
    let looked = places.map { "\(executableDirectory())/\($0)" }
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

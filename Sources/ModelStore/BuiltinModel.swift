internal import FoundationEssentials

/// Where the files of the model that comes with the program lie.
enum BuiltinModel {
  /// Beside the binary after a build (SwiftPM's resource bundle), under `share` after an installation.
  private static let places = [
    "lorikeet_ModelStore.resources/builtin",
    "../share/lorikeet/models/builtin",
  ]

  static func path() throws(ModelError) -> String {
    let looked = places.map { "\(executableDirectory())/\($0)" }
    guard let found = looked.first(where: { FileManager.default.fileExists(atPath: "\($0)/config.json") })
    else {
      throw ModelError(model: ModelDirectory.builtin, reason: .builtinMissing(looked: looked))
    }
    return found
  }

  private static func executableDirectory() -> String {
    let link = "/proc/self/exe"
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? CommandLine.arguments[0]
    return executable.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
  }
}

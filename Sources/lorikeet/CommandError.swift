internal import Glibc

/// The reason why a command failed, if no module has an error for it.
enum CommandError: Error, Sendable, CustomStringConvertible {
  /// Verification has found damaged or missing files of models, which are listed on standard output.
  case wrongFiles
  /// A device or a server could not be measured, for this reason.
  case notMeasured(String)
  /// Standard output accepts no more bytes; with the system's `errno`.
  case output(code: Int32)

  var description: String {
    switch self {
    case .wrongFiles: "files are damaged or missing; `lorikeet models pull MODEL` downloads them again"
    case .notMeasured(let why): why
    case .output(let code): "cannot write to standard output: \(String(cString: strerror(code)))"
    }
  }
}

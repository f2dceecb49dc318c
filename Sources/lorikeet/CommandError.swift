internal import Glibc
internal import Settings

/// The reason why a command failed, if no module has an error for it.
enum CommandError: Error, Sendable, CustomStringConvertible {
  /// Verification has found damaged or missing files of models, which are listed on standard output.
  case wrongFiles
  /// A device or a server could not be measured, for this reason.
  case notMeasured(String)
  /// There is an address of Home Assistant and no token for it.
  case homeWithoutToken
  /// There is a file with a token for Home Assistant and no address.
  case tokenWithoutHome
  /// Names are to be listed, and no source of names is given.
  case noNameSource
  /// Standard output accepts no more bytes; with the system's `errno`.
  case output(code: Int32)

  var description: String {
    switch self {
    case .wrongFiles: "files are damaged or missing; `lorikeet models pull MODEL` downloads them again"
    case .notMeasured(let why): why
    case .homeWithoutToken:
      "there is no token for Home Assistant; give a file with --home-assistant-token-file, or set \(ServerSettings.tokenVariable)"
    case .tokenWithoutHome:
      "--home-assistant-token-file needs --home-assistant, the address of Home Assistant"
    case .noNameSource: "there is no source of names; give --names or --home-assistant"
    case .output(let code): "cannot write to standard output: \(String(cString: strerror(code)))"
    }
  }
}

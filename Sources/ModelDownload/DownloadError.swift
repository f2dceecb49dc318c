internal import Glibc
internal import Storage
internal import SystemPaths

/// The reason why a model could not be downloaded or stored, with a remedy.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
  enum Reason: Sendable {
    /// Files are missing, and the network must not be used.
    case offline([String])
    case noRoom(needed: Int, free: Int, folder: String)
    /// The hub refuses access.
    case refused(status: Int, hasToken: Bool)
    case notFound(status: Int, repository: String, revision: String, code: String?)
    case status(Int, host: String)
    /// The server's response is a web page.
    case webPage(host: String)
    case wrongSize(expected: Int, offered: Int, host: String)
    case wrongContent(expected: ContentDigest, size: Int, sha256: String)
    /// The hub does not give the file's hash or size, so the file cannot be checked.
    case unknownContent(host: String)
    case gaveUp(attempts: Int, last: String)
    /// Any other failure that a retry would not fix.
    case other(String)
    case busy
    case absent
    case cancelled
    case system(FileError)
  }

  let model: String
  /// The file's name, if the error is about one.
  let file: String?
  let reason: Reason

  init(model: String, file: String?, reason: Reason) {
    self.model = model
    self.file = file
    self.reason =
      switch reason {
      // A cancelled task does not start file operations.
      case .system(let error) where error.code == ECANCELED: .cancelled
      // Advice about the disk helps only if the system refused.
      case .system(let error) where error.code == nil: .other(error.description)
      default: reason
      }
  }

  /// An invalid value of an environment variable.
  public struct Setting: Error, Sendable, CustomStringConvertible {
    let name: String
    let problem: String

    /// The variable's name and the problem, without secret values.
    public var description: String { "\(name): \(problem)" }
  }

  /// True if the only cause is that the task was cancelled.
  public var isCancelled: Bool {
    if case .cancelled = reason { true } else { false }
  }

  /// The reason and a remedy in one line.
  public var description: String {
    "model \(model): \(file.map { "\($0): " } ?? "")\(explanation)"
  }

  private var explanation: String {
    let again = "what has arrived is kept; `lorikeet models pull \(model)` continues from there"
    return switch reason {
    case .offline(let missing):
      """
      \(missing.joined(separator: ", ")) missing, and --offline is set; run \
      `lorikeet models pull \(model)` with a network, or pass a directory with the model's files to --model
      """
    case .noRoom(let needed, let free, let folder):
      """
      needs \(ByteCount(needed)) more, \(folder) has \(ByteCount(free)) free; make room, or choose another place \
      with --data-dir
      """
    case .refused(let status, let hasToken):
      """
      the hub refuses access (HTTP \(status)): the repository is private, gated, or does not exist; \
      \(hasToken ? "check that the token in HF_TOKEN may read it" : "set HF_TOKEN to a token that may read it")
      """
    case .notFound(let status, let repository, let revision, let code):
      """
      is not in \(repository) at \(revision) (HTTP \(status)\(code.map { ", \($0)" } ?? "")); check the \
      repository's name and commit, and HF_ENDPOINT if it is set
      """
    case .status(let status, let host):
      "\(host) answers with HTTP \(status), which a hub should not; check HF_ENDPOINT and the proxy settings"
    case .webPage(let host):
      """
      \(host) sent a web page instead of the file, perhaps a proxy's or a network's login page; allow access to \
      the hub, or check HF_ENDPOINT
      """
    case .wrongSize(let expected, let offered, let host):
      "\(host) offers \(offered) bytes, the file has \(expected); check HF_ENDPOINT and the proxy settings"
    case .wrongContent(let expected, let size, let sha256):
      """
      the downloaded content is not the file and was discarded (\(size) bytes of sha256:\(sha256), expected \(expected)); \
      pull again, and check HF_ENDPOINT and the proxy settings if this happens again
      """
    case .unknownContent(let host):
      """
      \(host) does not give the file's hash or size (no X-Linked-Etag and no git ETag, or no size), so it cannot be \
      checked; unset HF_ENDPOINT to use the hub itself
      """
    case .gaveUp(let attempts, let last):
      "gave up after \(attempts) attempts in a row, the last: \(last); \(again)"
    case .other(let what): what
    case .busy: "another process is changing its files; try again when it has finished"
    case .absent: "is not in the store; `lorikeet models pull \(model)` downloads it"
    case .cancelled: "was interrupted; \(again)"
    case .system(let error):
      "\(error); check free space and permissions, or choose another place with --data-dir"
    }
  }
}

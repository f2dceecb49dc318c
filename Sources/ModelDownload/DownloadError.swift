internal import Glibc
internal import Storage
internal import SystemPaths

/// A model that could not be brought or kept, and what would help.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
  enum Reason: Sendable {
    /// What is missing.
    case offline([String])
    case noRoom(needed: Int, free: Int, folder: String)
    /// The hub refuses.
    case refused(status: Int, hasToken: Bool)
    case notFound(status: Int, repository: String, revision: String, code: String?)
    case status(Int, host: String)
    /// The server's answer is a page for people.
    case webPage(host: String)
    case wrongSize(expected: Int, offered: Int, host: String)
    case wrongContent(expected: ContentDigest, size: Int, sha256: String)
    /// The hub does not say what the file is, so it cannot be checked.
    case unknownContent(host: String)
    case gaveUp(attempts: Int, last: String)
    /// Neither worth another try nor in this list.
    case other(String)
    case busy
    case absent
    case cancelled
    case system(FileError)
  }

  let model: String
  /// The file's name, if it is about one.
  let file: String?
  let reason: Reason

  init(model: String, file: String?, reason: Reason) {
    self.model = model
    self.file = file
    self.reason =
      switch reason {
      // Work on files does not begin when the task is cancelled.
      case .system(let error) where error.code == ECANCELED: .cancelled
      // Advice about the disk helps only where the system refused.
      case .system(let error) where error.code == nil: .other(error.description)
      default: reason
      }
  }

  /// An environment variable whose value makes no sense.
  public struct Setting: Error, Sendable, CustomStringConvertible {
    let name: String
    let problem: String

    public var description: String { "\(name): \(problem)" }
  }

  /// Whether nothing went wrong but that somebody ended it.
  public var isCancelled: Bool {
    if case .cancelled = reason { true } else { false }
  }

  public var description: String {
    "model \(model): \(file.map { "\($0): " } ?? "")\(explanation)"
  }

  private var explanation: String {
    let again = "what has arrived is kept, `lorikeet models pull \(model)` goes on from there"
    return switch reason {
    case .offline(let missing):
      """
      \(missing.joined(separator: ", ")) missing, and --offline forbids to fetch; run \
      `lorikeet models pull \(model)` with a network, or name a directory that has the model's files with --model
      """
    case .noRoom(let needed, let free, let folder):
      """
      needs \(ByteCount(needed)) more, \(folder) has \(ByteCount(free)) free; make room, or choose another place \
      with --data-dir
      """
    case .refused(let status, let hasToken):
      """
      the hub refuses it (HTTP \(status)): the repository is private, gated, or not there; \
      \(hasToken ? "check that the token in HF_TOKEN may read it" : "set HF_TOKEN to a token that may read it")
      """
    case .notFound(let status, let repository, let revision, let code):
      """
      is not in \(repository) at \(revision) (HTTP \(status)\(code.map { ", \($0)" } ?? "")); check the \
      repository's name and commit, and HF_ENDPOINT if it is set
      """
    case .status(let status, let host):
      "\(host) answers HTTP \(status), which no hub should; check HF_ENDPOINT and the proxy settings"
    case .webPage(let host):
      """
      \(host) sent a web page instead of the file, as a proxy or a network's login page does; open the network to \
      the hub, or check HF_ENDPOINT
      """
    case .wrongSize(let expected, let offered, let host):
      "\(host) offers \(offered) bytes, the file has \(expected); check HF_ENDPOINT and the proxy settings"
    case .wrongContent(let expected, let size, let sha256):
      """
      what arrived is not the file and was thrown away (\(size) bytes of sha256:\(sha256), expected \(expected)); \
      pull again, and check HF_ENDPOINT and the proxy settings if it stays so
      """
    case .unknownContent(let host):
      """
      \(host) does not say what the file must be (no X-Linked-Etag and no git ETag, or no size), so it cannot be \
      checked; unset HF_ENDPOINT to ask the hub itself
      """
    case .gaveUp(let attempts, let last):
      "gave up after \(attempts) attempts in a row, the last: \(last); \(again)"
    case .other(let what): what
    case .busy: "another process is changing its files; try again when it is done"
    case .absent: "is not in the store; `lorikeet models pull \(model)` fetches it"
    case .cancelled: "was interrupted; \(again)"
    case .system(let error):
      "\(error); check free space and permissions, or choose --data-dir"
    }
  }
}

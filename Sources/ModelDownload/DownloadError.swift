internal import Glibc
public import ModelStore
public import Storage
public import SystemPaths

/// The reason why a model could not be downloaded, checked or removed.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
  /// The kind of problem.
  public enum Reason: Sendable {
    /// An environment variable has an invalid value. The problem repeats no secret.
    case setting(name: String, problem: String)
    /// Files are missing, and the network must not be used.
    case offline([String])
    /// The folder has less space than is needed, in bytes.
    case noRoom(needed: Int, free: Int, folder: String)
    /// The hub refuses access.
    case refused(status: Int, hasToken: Bool)
    /// The repository does not have the file.
    case notFound(status: Int, repository: String, revision: String, code: String?)
    /// The hub does not have the repository, or not this revision of it.
    case noRevision(status: Int, repository: String, revision: String, code: String?)
    /// The server's list of the repository's files is something else.
    case noListing(host: String)
    /// The server names another commit than the one that was asked for.
    case otherCommit(expected: String, offered: String, host: String)
    /// The repository has no export that can be used.
    case layout(LayoutFault, repository: String, revision: String)
    /// The server answers with a status that a hub should not have.
    case status(Int, host: String)
    /// The server's response is a web page.
    case webPage(host: String)
    /// The server offers a file of another size, in bytes.
    case wrongSize(expected: Int, offered: Int, host: String)
    /// The downloaded content is not the file's.
    case wrongContent(expected: ContentDigest, size: Int, sha256: String)
    /// The hub does not give the file's hash or size, so the file cannot be checked.
    case unknownContent(host: String)
    /// The server does not support ranges for this file.
    case rangesIgnored
    /// A request failed in a way that can pass; the server can have asked for a pause before the next one.
    case interrupted(String, retryAfter: Duration? = nil)
    /// Several requests in a row failed; the last one in these words.
    case gaveUp(attempts: Int, last: String)
    /// Any other failure that a retry would not fix.
    case other(String)
    /// Another process is changing the model's files.
    case busy
    /// The model is not in the store.
    case absent
    /// The task was cancelled.
    case cancelled
    /// The model's files cannot be used.
    case model(ModelError)
    /// The system refused.
    case system(FileError)
  }

  /// The model's name; `nil` if the error is not about one.
  public let model: String?
  /// The file's name, if the error is about one.
  public let file: String?
  /// The problem.
  public let reason: Reason

  init(model: String?, file: String? = nil, reason: Reason) {
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

  /// Creates the error of an environment variable.
  init(setting name: String, problem: String) {
    self.init(model: nil, reason: .setting(name: name, problem: problem))
  }

  /// True if the only cause is that the task was cancelled.
  public var isCancelled: Bool {
    if case .cancelled = reason { true } else { false }
  }
}

extension DownloadError {
  /// Runs work on a model's files; an error of the system becomes one about the model.
  static func onDisk<Value: ~Copyable>(
    _ model: HubRepository, _ file: String? = nil, _ work: () throws(FileError) -> Value
  ) throws(DownloadError) -> Value {
    do throws(FileError) {
      return try work()
    } catch {
      throw DownloadError(model: model.name, file: file, reason: .system(error))
    }
  }

  /// Runs work on a model's files; an error of the system becomes one about the model.
  static func onDisk<Value: Sendable>(
    _ model: HubRepository, _ file: String? = nil, _ work: () async throws(FileError) -> Value
  ) async throws(DownloadError) -> Value {
    do throws(FileError) {
      return try await work()
    } catch {
      throw DownloadError(model: model.name, file: file, reason: .system(error))
    }
  }
}

extension DownloadError {
  /// The reason in one line, with advice about the hub, the network and the variables that the module reads.
  public var description: String {
    let subjects = [model.map { "model \($0)" }, file].compactMap(\.self)
    return subjects.map { "\($0): " }.joined() + reason.description
  }
}

extension DownloadError.Reason {
  fileprivate var description: String {
    switch self {
    case .setting(let name, let problem): "\(name): \(problem)"
    case .offline(let missing): "\(missing.joined(separator: ", ")) missing, and the network must not be used"
    case .noRoom(let needed, let free, let folder):
      "needs \(ByteCount(needed)) more, \(folder) has \(ByteCount(free)) free"
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
    case .noRevision(let status, let repository, let revision, let code):
      """
      the hub has no \(repository) with the revision \(revision) (HTTP \(status)\(code.map { ", \($0)" } ?? "")); \
      check the name, and HF_ENDPOINT if it is set
      """
    case .noListing(let host):
      "\(host) sent something else than the list of the repository's files; check HF_ENDPOINT and the proxy settings"
    case .otherCommit(let expected, let offered, let host):
      "\(host) offers the commit \(offered), expected \(expected); check HF_ENDPOINT and the proxy settings"
    case .layout(let fault, let repository, let revision):
      "\(repository) at \(revision) \(fault)"
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
    case .rangesIgnored: "the server mixes ranges and whole files; check HF_ENDPOINT and the proxy settings"
    case .interrupted(let why, _): why
    case .gaveUp(let attempts, let last):
      "gave up after \(attempts) attempts in a row, the last: \(last); what has arrived is kept"
    case .other(let what): what
    case .busy: "another process is changing its files; try again when it has finished"
    case .absent: "is not in the store"
    case .cancelled: "was interrupted; what has arrived is kept"
    case .model(let error): error.description
    case .system(let error): error.description
    }
  }
}

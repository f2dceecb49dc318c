internal import AsyncHTTPClient
internal import ModelStore
internal import NIOHTTP1
internal import Storage
internal import SystemPaths

/// One pull of a model: downloads all missing files. The caller holds the folder's lock.
struct RepositoryPull: Sendable {
  let model: HubRepository
  let export: ExportFiles
  let models: String
  let hub: Hub
  let retry: RetryPolicy
  let report: @Sendable (PullEvent) -> Void

  private var folder: String { "\(models)/\(model.folder)" }

  func run() async throws(DownloadError) {
    var record = StoredModel(model, in: models).record
    var wanted: [(file: String, identity: FileIdentity)] = []
    for file in StoredModel(model, in: models).missing(from: export) {
      guard let identity = try await identity(of: file, record) else {
        record.absent.insert(file)
        try await save(record)
        continue
      }
      if let hash = try await adopt(file, identity) {
        record.files[file] = .init(size: hash.size, sha256: hash.sha256)
        try await save(record)
      } else {
        wanted.append((file, identity))
      }
    }
    try await checkRoom(wanted.map(\.identity), wanted.map(\.file))

    let total = wanted.reduce(0) { $0 + $1.identity.size }
    report(.started(files: wanted.map(\.file), bytes: total))
    var done = 0
    for (file, identity) in wanted {
      let hash = try await fetch(file, identity, before: done, of: total)
      done += identity.size
      record.files[file] = .init(size: hash.size, sha256: hash.sha256)
      try await save(record)
    }
    report(.finished(bytes: total))
  }

  /// Returns the expected size and hash of a file, from the catalogue, an earlier pull, or the hub.
  ///
  /// - Returns: nil if the repository does not have the file and does not need it.
  private func identity(of file: String, _ record: DownloadRecord) async throws(DownloadError)
    -> FileIdentity?
  {
    if model.isInCatalogue { return model.files[file] }
    if let recorded = record.files[file] {
      return FileIdentity(size: recorded.size, digest: .sha256(recorded.sha256))
    }
    let remote = RemoteFile(model: model, name: file)
    var retries = Retries(retry, of: remote, report: report)
    while true {
      do throws(DownloadError) {
        return try await askIdentity(of: remote)
      } catch {
        if case .notFound(404, _, _, let code) = error.reason, file == ExportFiles.encoderWeights,
          code == nil || code == "EntryNotFound"
        {
          return nil
        }
        try await retries.pause(after: error)
      }
    }
  }

  private func askIdentity(of file: RemoteFile) async throws(DownloadError) -> FileIdentity {
    func said(_ headers: HTTPHeaders) -> FileIdentity? {
      ResponseHeaders.identity(hub: [headers], length: nil)
    }
    // The storage of large files does not always allow HEAD.
    let answer = try await hub.send(.HEAD, file) { said($0) != nil }
    if answer.response.status.code / 100 == 3, let identity = answer.hubHeaders.first.flatMap(said) {
      return identity
    }
    guard answer.response.status == .ok else { throw hub.failure(answer, for: file) }
    guard !ResponseHeaders.isWebPage(answer.response.headers) else {
      throw file.failure(.webPage(host: answer.host))
    }
    let length = ResponseHeaders.size(answer.response.headers.first(name: "content-length"))
    guard let identity = ResponseHeaders.identity(hub: answer.hubHeaders, length: length) else {
      throw file.failure(.unknownContent(host: answer.host))
    }
    return identity
  }

  /// Accepts a file that exists without a record if it is intact, and removes it otherwise.
  private func adopt(_ file: String, _ identity: FileIdentity) async throws(DownloadError) -> FileHash? {
    let path = "\(folder)/\(file)"
    return try await DownloadError.onDisk(model, file) { () async throws(FileError) in
      guard let size = Files.size(of: path) else { return nil }
      if size == identity.size {
        report(.checking(file: file))
        let hash = try await FileHash.of(path)
        if hash.matches(identity) { return hash }
      }
      try Files.removeFile(path)
      return nil
    }
  }

  private func checkRoom(_ identities: [FileIdentity], _ files: [String]) async throws(DownloadError) {
    var needed = 0
    for (file, identity) in zip(files, identities) {
      let there = PartialFile.finished("\(folder)/\(file)", of: identity)?.count ?? 0
      let (sum, isHuge) = needed.addingReportingOverflow(identity.size - there)
      needed = isHuge ? .max : sum
    }
    guard let free = Files.freeBytes(in: folder), needed > free else { return }
    throw DownloadError(model: model.name, reason: .noRoom(needed: needed, free: free, folder: folder))
  }

  private func fetch(
    _ file: String, _ identity: FileIdentity, before: Int, of total: Int
  ) async throws(DownloadError) -> FileHash {
    let report = report
    let remote = RemoteFile(model: model, name: file)
    let partial = try await DownloadError.onDisk(model, file) { () async throws(FileError) in
      try await PartialFile.open("\(folder)/\(file)", of: identity)
    }
    report(.progress(file: file, done: before + (await partial.finished.count), of: total))
    try await FileTransfer(
      hub: hub, file: remote, partial: partial, retry: retry, report: report,
      progress: { done in report(.progress(file: file, done: before + done, of: total)) }
    ).run()
    report(.checking(file: file))
    let hash = try await DownloadError.onDisk(model, file) { () async throws(FileError) in
      try await partial.finish()
    }
    guard hash.matches(identity) else {
      throw remote.failure(.wrongContent(expected: identity.digest, size: hash.size, sha256: hash.sha256))
    }
    return hash
  }

  private func save(_ record: DownloadRecord) async throws(DownloadError) {
    let path = "\(folder)/\(DownloadRecord.fileName)"
    try await DownloadError.onDisk(model, DownloadRecord.fileName) { () async throws(FileError) in
      try await onFileThread { () throws(FileError) in
        try Files.replace(path, with: record.encoded())
      }
    }
  }
}

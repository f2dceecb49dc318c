internal import AsyncHTTPClient
internal import FoundationEssentials
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
    var total = 0
    if model.isFullyListed {
      total = try await fetch(export.names, &record)
    } else {
      var files = try await files(&record)
      total = try await fetch(files.graphs, &record)
      try await readGraphs(&files, &record)
      total += try await fetch(files.weights ?? [], &record)
    }
    report(.finished(bytes: total))
  }

  /// Returns the files of the export, from an earlier pull or the hub, and records them with the commit.
  private func files(_ record: inout DownloadRecord) async throws(DownloadError) -> DownloadRecord.Export {
    if let known = record.exports?[export.rawValue], record.revision != nil { return known }
    let revision = model.revision ?? record.revision
    let listing = try await listing(of: revision ?? "main")
    if let listing, let revision, listing.commit != revision {
      throw DownloadError(
        model: model.name,
        reason: .otherCommit(
          expected: revision, offered: listing.commit, host: hub.settings.endpoint.host() ?? "the hub"))
    }
    let commit = listing?.commit ?? revision
    let names = listing?.names ?? conventionalNames
    let deciding = ExportLayout.decidingConfigurations(in: model.graphFolder, among: names)
    if !deciding.isEmpty {
      record.revision = commit
      _ = try await fetch(deciding, &record)
    }
    let layout: ExportLayout
    do throws(LayoutFault) {
      layout = try ExportLayout.choice(of: export, in: model.graphFolder, among: names) {
        ModelConfiguration.head(at: "\(folder)/\($0)")
      }
    } catch {
      throw DownloadError(
        model: model.name, reason: .layout(error, repository: model.repository, revision: commit ?? "main"))
    }
    if revision == nil, let commit { report(.pinned(commit: commit)) }
    record.revision = commit
    let files = DownloadRecord.Export(layout)
    record.exports = (record.exports ?? [:]).merging([export.rawValue: files]) { $1 }
    try await save(record)
    return files
  }

  /// The names that a mirror without a list of files is assumed to have.
  private var conventionalNames: Set<String> {
    Set(
      export.names.map { name in
        guard let folder = model.graphFolder, name.hasSuffix(".onnx") else { return name }
        return "\(folder)/\(name)"
      })
  }

  private func listing(of revision: String) async throws(DownloadError) -> RepositoryListing? {
    let remote = RemoteFile(model: model, revision: revision, name: nil)
    var retries = Retries(retry, of: remote, report: report)
    while true {
      do throws(DownloadError) {
        return try await hub.listing(remote)
      } catch {
        try await retries.pause(after: error)
      }
    }
  }

  /// Reads the names of the weights in the graphs, and records them.
  private func readGraphs(
    _ files: inout DownloadRecord.Export, _ record: inout DownloadRecord
  ) async throws(DownloadError) {
    guard files.weights == nil else { return }
    let (folder, layout) = (folder, files.layout)
    let found = try await DownloadError.onDisk(model) { () async throws(FileError) in
      try await onFileThread { () throws(FileError) -> Result<[[String]], ModelError> in
        Result { () throws(ModelError) in
          var found: [[String]] = []
          for graph in layout.graphs {
            found.append(try ExportedGraph.weights(of: graph, in: folder))
          }
          return found
        }
      }
    }
    let weights = try found.mapError { DownloadError(model: nil, reason: .model($0)) }.get()
    files.encoderWeights = weights.first
    files.decoderWeights = layout.decoder == nil ? [] : weights.last
    record.exports?[export.rawValue] = files
    try await save(record)
  }

  /// Downloads those of the files that are missing.
  ///
  /// - Returns: The number of bytes.
  private func fetch(
    _ files: [String], _ record: inout DownloadRecord
  ) async throws(DownloadError) -> Int {
    var wanted: [(file: String, identity: FileIdentity)] = []
    for file in files where !isThere(file, record) {
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
      let remote = RemoteFile(model: model, revision: revision(record), name: file)
      let hash = try await fetch(remote, file, identity, before: done, of: total)
      done += identity.size
      record.files[file] = .init(size: hash.size, sha256: hash.sha256)
      try await save(record)
    }
    return total
  }

  private func isThere(_ file: String, _ record: DownloadRecord) -> Bool {
    guard let recorded = record.files[file] else { return record.absent.contains(file) }
    return Files.size(of: "\(folder)/\(file)") == recorded.size
  }

  /// The commit of the files.
  private func revision(_ record: DownloadRecord) -> String { model.revision ?? record.revision ?? "main" }

  /// Returns the expected size and hash of a file, from the catalogue, an earlier pull, or the hub.
  ///
  /// - Returns: nil if the repository does not have the file.
  private func identity(of file: String, _ record: DownloadRecord) async throws(DownloadError)
    -> FileIdentity?
  {
    if let known = model.files[file] { return known }
    if model.isFullyListed { return nil }
    if let recorded = record.files[file] {
      return FileIdentity(size: recorded.size, digest: .sha256(recorded.sha256))
    }
    let remote = RemoteFile(model: model, revision: revision(record), name: file)
    var retries = Retries(retry, of: remote, report: report)
    while true {
      do throws(DownloadError) {
        return try await askIdentity(of: remote)
      } catch {
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
    _ remote: RemoteFile, _ file: String, _ identity: FileIdentity, before: Int, of total: Int
  ) async throws(DownloadError) -> FileHash {
    let report = report
    let path = "\(folder)/\(file)"
    let partial = try await DownloadError.onDisk(model, file) { () async throws(FileError) in
      try await onFileThread { () throws(FileError) in
        try Files.makeDirectories(Files.parent(of: path), mode: 0o755)
      }
      return try await PartialFile.open(path, of: identity)
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

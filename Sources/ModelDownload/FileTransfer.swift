internal import AsyncHTTPClient
internal import ModelStore
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import SystemPaths

/// Downloads the missing bytes of a partial file: in several parts at a time, or, from a server without support for
/// ranges, in one stream from the beginning.
struct FileTransfer: Sendable {
  let hub: Hub
  let file: RemoteFile
  let partial: PartialFile
  let retry: RetryPolicy
  let report: @Sendable (PullEvent) -> Void
  /// Called with the number of bytes on disk.
  let progress: @Sendable (Int) -> Void

  /// The number of simultaneous connections.
  private static let connections = 4
  /// The size of one request, in bytes.
  private static let partSize = 32 << 20
  /// The size of one write, in bytes.
  private static let writeSize = 1 << 20
  /// The number of bytes and the time after which written data is synchronized and recorded: no more than that is lost.
  private static let commitSize = 16 << 20
  private static let commitTime = Duration.seconds(1)

  func run() async throws(DownloadError) {
    let parts = await partial.finished.parts(missingFrom: partial.identity.size, limit: Self.partSize)
    do throws(DownloadError) {
      try await fetchSideBySide(parts)
    } catch {
      guard case .rangesIgnored = error.reason else { throw error }
      try await fetchInOneStream()
    }
  }

  private func fetchSideBySide(_ parts: [Range<Int>]) async throws(DownloadError) {
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, part) in parts.enumerated() {
          if index >= Self.connections { try await group.next() }
          group.addTask { try await fetchUntilDone(part) }
        }
        try await group.waitForAll()
      }
    } catch {
      throw error as? DownloadError ?? file.failure(.cancelled)
    }
  }

  /// Downloads a part; after a failure, the rest of it.
  private func fetchUntilDone(_ part: Range<Int>) async throws(DownloadError) {
    var rest = part
    var retries = Retries(retry, of: file, report: report)
    while !rest.isEmpty {
      let before = rest.lowerBound
      do throws(DownloadError) {
        try await fetch(&rest)
      } catch {
        try await retries.pause(after: error, progress: rest.lowerBound - before)
      }
    }
  }

  private func fetchInOneStream() async throws(DownloadError) {
    var retries = Retries(retry, of: file, report: report)
    while true {
      var rest = 0..<partial.identity.size
      do throws(DownloadError) {
        let answer = try await ask(for: nil)
        guard answer.response.status == .ok else { throw hub.failure(answer, for: file) }
        try checkWhole(answer)
        return try await receive(answer, &rest)
      } catch {
        try await retries.pause(after: error)
      }
    }
  }

  /// Sends one request for `rest`, and removes from it what arrived.
  private func fetch(_ rest: inout Range<Int>) async throws(DownloadError) {
    let size = partial.identity.size
    let isWhole = rest == 0..<size
    let answer = try await ask(for: isWhole ? nil : rest)
    switch answer.response.status {
    case .ok where isWhole:
      try checkWhole(answer)
    case .ok:
      throw file.failure(.rangesIgnored)
    case .partialContent:
      guard let said = answer.response.headers.first(name: "content-range"),
        let (range, whole) = ResponseHeaders.contentRange(said), range == rest
      else { throw file.failure(.rangesIgnored) }
      guard whole == nil || whole == size else { throw wrongSize(whole ?? 0, answer) }
    case .rangeNotSatisfiable where !isWhole:
      throw file.failure(.rangesIgnored)
    default:
      throw hub.failure(answer, for: file)
    }
    try await receive(answer, &rest)
  }

  private func ask(for range: Range<Int>?) async throws(DownloadError) -> Hub.Response {
    let answer = try await hub.send(.GET, file, range: range)
    let isSuccess = answer.response.status == .ok || answer.response.status == .partialContent
    guard !isSuccess || !ResponseHeaders.isWebPage(answer.response.headers) else {
      throw file.failure(.webPage(host: answer.host))
    }
    let encoding = answer.response.headers.first(name: "content-encoding")?.lowercased() ?? "identity"
    guard !isSuccess || encoding == "identity" else {
      throw file.failure(
        .other("\(answer.host) sends it compressed without being asked to; check the proxy settings"))
    }
    return answer
  }

  /// Checks that a response with the whole file has the file's size.
  private func checkWhole(_ answer: Hub.Response) throws(DownloadError) {
    guard let length = ResponseHeaders.size(answer.response.headers.first(name: "content-length")),
      length != partial.identity.size
    else { return }
    throw wrongSize(length, answer)
  }

  private func wrongSize(_ offered: Int, _ answer: Hub.Response) -> DownloadError {
    file.failure(.wrongSize(expected: partial.identity.size, offered: offered, host: answer.host))
  }

  /// Writes a response's body at the beginning of `rest`, and removes from `rest` what is on disk.
  private func receive(_ answer: Hub.Response, _ rest: inout Range<Int>) async throws(DownloadError) {
    let ending = try await DownloadError.onDisk(file.model, file.name) { () async throws(FileError) in
      try await write(answer.response.body, &rest)
    }
    switch ending {
    case .complete where rest.isEmpty: return
    case .complete: throw file.failure(.interrupted("\(answer.host) ended early"))
    case .tooLong: throw wrongSize(partial.identity.size + 1, answer)
    case .broken(let error):
      throw file.failure(
        HubFault.reason(error, host: answer.host, stallSeconds: hub.settings.stallSeconds))
    }
  }

  private enum Ending {
    case complete, tooLong
    case broken(any Error)
  }

  private func write(
    _ body: HTTPClientResponse.Body, _ rest: inout Range<Int>
  ) async throws(FileError) -> Ending {
    var waiting = ByteBuffer()
    var written = rest.lowerBound
    var lastCommit = ContinuousClock.now
    var ending = Ending.complete
    var chunks = body.makeAsyncIterator()
    while written + waiting.readableBytes <= rest.upperBound {
      do {
        guard let chunk = try await chunks.next() else { break }
        waiting.writeImmutableBuffer(chunk)
      } catch {
        ending = .broken(error)
        break
      }
      guard written + waiting.readableBytes <= rest.upperBound else { break }
      let isTime = lastCommit.duration(to: .now) >= Self.commitTime
      if waiting.readableBytes >= Self.writeSize || isTime {
        try await flush(&waiting, &written)
      }
      if isTime || written - rest.lowerBound >= Self.commitSize {
        try await commit(&rest, upTo: written)
        lastCommit = .now
      }
    }
    if written + waiting.readableBytes > rest.upperBound {
      ending = .tooLong
    } else {
      try await flush(&waiting, &written)
    }
    try await commit(&rest, upTo: written)
    return ending
  }

  private func flush(_ waiting: inout ByteBuffer, _ written: inout Int) async throws(FileError) {
    guard waiting.readableBytes > 0 else { return }
    try await partial.write(waiting, at: written)
    written += waiting.readableBytes
    waiting.clear()
  }

  private func commit(_ rest: inout Range<Int>, upTo end: Int) async throws(FileError) {
    try await partial.commit(rest.lowerBound..<end)
    rest = end..<rest.upperBound
    progress(await partial.finished.count)
  }
}

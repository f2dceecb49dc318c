internal import AsyncHTTPClient
internal import FoundationEssentials
internal import ModelStore
internal import NIOCore
internal import NIOHTTP1
internal import Storage

/// The hub's answer about a revision of a repository: its commit, and the paths of its files.
struct RepositoryListing: Sendable, Equatable {
  /// The commit, 40 hexadecimal digits.
  let commit: String
  /// The paths of the files; those with unusual names are left out, as no export has them.
  let names: Set<String>

  /// The longest answer that is read, in bytes.
  static let longest = 16 << 20

  /// Parses the answer.
  ///
  /// - Returns: `nil` if it is something else.
  init?(parsing json: Data) {
    // The decoder traps if the data ends in brackets nested too deep for it, so a newline is appended.
    guard let answer = try? JSONDecoder().decode(Answer.self, from: json + [0x0A]),
      let digest = ContentDigest(hex: answer.sha),
      case .gitBlob(let commit) = digest
    else { return nil }
    self.commit = commit
    names = Set(answer.siblings.map(\.rfilename).filter(Self.isPlain))
  }

  private static func isPlain(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(HubRepository.isPlain)
  }

  private struct Answer: Decodable {
    let sha: String
    let siblings: [Sibling]

    struct Sibling: Decodable {
      let rfilename: String
    }
  }
}

extension Hub {
  /// Asks for the commit and the files of a revision.
  ///
  /// - Returns: `nil` if the server has files, but no such list, as a plain mirror.
  /// - Throws: An error about the repository.
  func listing(_ file: RemoteFile) async throws(DownloadError) -> RepositoryListing? {
    let answer = try await send(.GET, file)
    guard answer.response.status == .ok else {
      // The hub itself gives a reason.
      let isPlainMirror =
        [404, 405, 501].contains(answer.response.status.code)
        && answer.response.headers["x-error-code"].isEmpty
      if isPlainMirror, file.model.revision != nil { return nil }
      throw failure(answer, for: file)
    }
    guard !ResponseHeaders.isWebPage(answer.response.headers) else {
      throw file.failure(.webPage(host: answer.host))
    }
    let body: ByteBuffer
    do {
      body = try await answer.response.body.collect(upTo: RepositoryListing.longest)
    } catch is NIOTooManyBytesError {
      throw file.failure(.noListing(host: answer.host))
    } catch {
      throw file.failure(HubFault.reason(error, host: answer.host, stallSeconds: settings.stallSeconds))
    }
    guard let listing = RepositoryListing(parsing: Data(body.readableBytesView)) else {
      throw file.failure(.noListing(host: answer.host))
    }
    return listing
  }
}

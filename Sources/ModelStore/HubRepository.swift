public import Storage
internal import SystemPaths

/// A model in a repository of the hub (huggingface.co), at a fixed commit, so that its files can never change.
public struct HubRepository: Sendable, Hashable {
  /// The name on the command line: the catalogue's, or `OWNER/NAME[@COMMIT][/FOLDER]`.
  public let name: String
  /// The repository: `OWNER/NAME`.
  public let repository: String
  /// The commit, 40 hexadecimal digits; `nil` if the name has none: then the hub is asked at the first pull, and the
  /// store records its answer.
  public let revision: String?
  /// The folder of the graphs in the repository; `nil` to choose (``ExportLayout``).
  public let graphFolder: String?
  /// The sizes and hashes of files, by their paths; the hub has those of the others.
  public let files: [String: FileIdentity]

  /// The name of the model's folder in the store.
  public var folder: String {
    guard let graphFolder else { return name.replacing("/", with: "--") }
    let commit = revision.map { "@\($0)" } ?? ""
    // No part of a name has a plus sign, so that no two models share a folder.
    return repository.replacing("/", with: "--") + commit + "+" + graphFolder.replacing("/", with: "+")
  }

  /// True if the catalogue lists all files, so that the hub need not be asked.
  public var isFullyListed: Bool { Set(ExportFiles.fp32.names).isSubset(of: files.keys) }

  /// Creates a model from its name in the catalogue, or from any repository as `OWNER/NAME[@COMMIT][/FOLDER]`.
  ///
  /// - Returns: `nil` for any other text.
  public init?(named name: String) {
    if let known = Self.catalogue.first(where: { $0.name == name }) {
      self = known
      return
    }
    let halves = name.split(separator: "@", omittingEmptySubsequences: false)
    var path = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    var commit: String?
    switch halves.count {
    case 1: break
    case 2:
      let rest = halves[1].split(separator: "/", omittingEmptySubsequences: false)
      guard path.count == 2, let digits = rest.first, digits.utf8.count == 40,
        digits.utf8.allSatisfy(ContentDigest.isHexDigit)
      else { return nil }
      commit = digits.lowercased()
      path += rest.dropFirst()
    default: return nil
    }
    guard (2...Self.longestPath).contains(path.count), path.allSatisfy(Self.isPlain) else { return nil }
    let repository = path[..<2].joined(separator: "/")
    let folder = path.count > 2 ? path[2...].joined(separator: "/") : nil
    self.init(
      name: repository + (commit.map { "@\($0)" } ?? "") + (folder.map { "/\($0)" } ?? ""),
      repository: repository, revision: commit, graphFolder: folder, files: [:])
  }

  /// Creates a model from its name, unless that is the path of a directory: a directory of yours comes first.
  ///
  /// A name of the catalogue is never a path.
  public init?(named name: String, unlessDirectory isDirectory: (String) -> Bool) {
    guard let model = HubRepository(named: name) else { return nil }
    guard !name.contains("/") || !isDirectory(name) else { return nil }
    self = model
  }

  init(
    name: String, repository: String, revision: String?, graphFolder: String? = nil,
    files: [String: FileIdentity] = [:]
  ) {
    self.name = name
    self.repository = repository
    self.revision = revision
    self.graphFolder = graphFolder
    self.files = files
  }

  /// The names in a path, at most: owner, repository, and folders.
  private static let longestPath = 6

  /// Returns true if a part of a repository's name, or of a path in a repository, is allowed by the hub and safe as a
  /// part of a path.
  public static func isPlain(_ text: Substring) -> Bool {
    guard let first = text.first, first != ".", first != "-", text.utf8.count <= 96 else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

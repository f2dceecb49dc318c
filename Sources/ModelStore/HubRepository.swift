public import Storage

/// A model in a repository of the hub (huggingface.co), at a fixed commit, so that its files can never change.
public struct HubRepository: Sendable, Hashable {
  /// The name on the command line: the catalogue's, or `OWNER/REPOSITORY@COMMIT`.
  public let name: String
  /// The repository: `OWNER/NAME`.
  public let repository: String
  /// The commit, 40 hexadecimal digits.
  public let revision: String
  /// The sizes and hashes of its files; empty for a repository outside of the catalogue, whose hub has them.
  public let files: [String: FileIdentity]

  /// The name of the model's folder in the store.
  public var folder: String { name.replacing("/", with: "--") }

  /// True if the catalogue lists the files, so that the hub need not be asked.
  public var isInCatalogue: Bool { !files.isEmpty }

  /// Creates a model from its name in the catalogue, or from any repository as `OWNER/REPOSITORY@COMMIT`.
  ///
  /// - Returns: `nil` for any other text.
  public init?(named name: String) {
    if let known = Self.catalogue.first(where: { $0.name == name }) {
      self = known
      return
    }
    let halves = name.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, halves[1].utf8.count == 40, halves[1].utf8.allSatisfy(ContentDigest.isHexDigit)
    else { return nil }
    let path = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard path.count == 2, path.allSatisfy(Self.isPlain) else { return nil }
    self.init(
      name: "\(halves[0])@\(halves[1].lowercased())", repository: String(halves[0]),
      revision: halves[1].lowercased(), files: [:])
  }

  init(name: String, repository: String, revision: String, files: [String: FileIdentity]) {
    self.name = name
    self.repository = repository
    self.revision = revision
    self.files = files
  }

  /// Returns true if a part of a repository's name is allowed by the hub and safe as a part of a path.
  private static func isPlain(_ text: Substring) -> Bool {
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

public import Storage

/// A model in a repository of the hub (huggingface.co), at one commit: its files can never change.
public struct HubModel: Sendable, Hashable {
  /// How it is called on the command line: its name in the catalogue, or `OWNER/REPOSITORY@COMMIT`.
  public let name: String
  public let repository: String
  /// The commit, 40 hexadecimal digits.
  public let revision: String
  /// Sizes and hashes of its files; empty for a repository that is not in the catalogue: the hub says them.
  public let files: [String: FileIdentity]

  /// The name of its folder in the store.
  public var folder: String { name.replacing("/", with: "--") }

  /// Whether its files are in the catalogue, and the hub need not be asked what they are.
  public var isInCatalogue: Bool { !files.isEmpty }

  /// A model of the catalogue by its name, or any repository as `OWNER/REPOSITORY@COMMIT`.
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

  /// Whether a part of a repository's name is one that the hub allows, and safe as a part of a path.
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

internal import Crypto
internal import FoundationEssentials
internal import SystemPaths

/// How the large weights of a model's networks are stored.
public enum WeightFormat: String, Codable, Sendable, CaseIterable {
  /// Eight bits with a scale for each output channel, for processors. Arithmetic stays floating point.
  case int8
  /// Half precision, for neural and graphics processors. Of a quantized export come eight bits all the same.
  case f16
}

/// A directory that holds a model made ready for a kind of device: its four networks in OpenVINO's format, with
/// `config.json` and `vocab.txt`. It needs nothing of the directory it was made of.
public struct PreparedModel: Sendable, Equatable {
  public let path: String
  public let manifest: Manifest

  /// The directory's `prepared.json`, written last.
  public struct Manifest: Codable, Sendable, Equatable {
    /// ``PreparedModel/version``.
    public var version: Int
    /// How the model is called.
    public var model: String
    public var weights: WeightFormat
    /// OpenVINO's build.
    public var openVINO: String
    /// ``SourceHashes/sha256`` of what it was made of.
    public var source: String
    /// All other files of the directory.
    public var files: [FileRecord]

    public init(
      version: Int, model: String, weights: WeightFormat, openVINO: String, source: String,
      files: [FileRecord]
    ) {
      self.version = version
      self.model = model
      self.weights = weights
      self.openVINO = openVINO
      self.source = source
      self.files = files
    }
  }

  /// Counts the ways in which Lorikeet has made networks of exported models: one more whenever they would come out
  /// differently.
  public static let version = 3

  /// The networks, by the names of their files.
  public enum Network: String, Sendable, CaseIterable {
    case encoder
    case projection = "encoder-projection"
    case prediction = "prediction-network"
    case joint = "joint-network"

    /// The files of a network: structure and weights.
    public var files: [String] { ["\(rawValue).xml", "\(rawValue).bin"] }
  }

  static let manifestFile = "prepared.json"

  /// All files but the manifest.
  public static let files = ["config.json", "vocab.txt"] + Network.allCases.flatMap(\.files)

  /// The name of a prepared directory: the model's, and a key of the content it was made of, the version of the
  /// preparation, OpenVINO's build, and the kind of weights.
  public static func directoryName(
    model: String, source: String, weights: WeightFormat, openVINO: String
  ) -> String {
    let key = SHA256.hash(data: Data("\(source) \(version) \(openVINO) \(weights.rawValue)".utf8))
    let plain = model.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return "\(String(plain).drop { $0 == "." })-\(weights.rawValue)-\(key.hexadecimal.prefix(16))"
  }

  /// Opens a prepared directory.
  ///
  /// - Parameter readingAll: Whether the content of all files is read and checked, and not only of those that look
  ///   changed.
  /// - Returns: `nil` if it is not there, not of this version, or not as it was written.
  public init?(at path: String, readingAll: Bool = false) {
    guard let manifest = Self.manifest(in: path),
      manifest.version == Self.version, Set(manifest.files.map(\.name)) == Set(Self.files),
      manifest.files.allSatisfy({ $0.isIntact(in: path, readingAll: readingAll) })
    else { return nil }
    self.path = path
    self.manifest = manifest
  }

  /// The prepared models below a directory, in the order of their names. Those that are damaged, or of another
  /// version, are left out.
  public static func all(in directory: String) -> [PreparedModel] {
    places(in: directory).compactMap { PreparedModel(at: $0.path) }
  }

  /// A prepared directory in whatever state, and what its manifest says.
  public struct Place: Sendable {
    public let path: String
    public let manifest: Manifest

    /// Whether this version of the preparation would make it the same.
    public var isOfThisVersion: Bool { manifest.version == PreparedModel.version }

    /// Bytes that its files took when they were written.
    public var size: Int64 { manifest.files.reduce(0) { $0 + $1.size } }

    /// Deletes the directory. The manifest goes first: a prepared model that is half removed is none.
    public func remove() throws(FileFailure) {
      do {
        try Files.remove("\(path)/\(manifestFile)")
        try Files.remove(path)
      } catch {
        throw FileFailure(path: path, why: "it cannot be deleted")
      }
    }
  }

  /// The prepared directories below a directory, in the order of their names.
  public static func places(in directory: String) -> [Place] {
    let names = (try? Files.names(in: directory)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
      let path = "\(directory)/\(name)"
      return manifest(in: path).map { Place(path: path, manifest: $0) }
    }
  }

  static func manifest(in path: String) -> Manifest? {
    guard let json = try? Data(Files.contents(of: "\(path)/\(manifestFile)")) else { return nil }
    return try? JSONDecoder().decode(Manifest.self, from: json)
  }

  /// The same model with other kinds of weights, prepared beside it.
  public var siblings: [PreparedModel] {
    // The directory may be a link to where they are.
    let parents = [path, Files.realPath(path) ?? path].map(Files.parent)
    return WeightFormat.allCases.filter { $0 != manifest.weights }.compactMap { weights in
      let name = Self.directoryName(
        model: manifest.model, source: manifest.source, weights: weights, openVINO: manifest.openVINO)
      return parents.lazy.compactMap { PreparedModel(at: "\($0)/\(name)") }.first
    }
  }

  /// Bytes that its files take.
  public var size: Int64 { manifest.files.reduce(0) { $0 + $1.size } }

  /// Completes a directory that holds all files by hashing them and writing the manifest.
  public static func seal(
    _ path: String, model: String, weights: WeightFormat, openVINO: String, source: String
  ) throws(FileFailure) {
    var files: [FileRecord] = []
    for name in Self.files { files.append(try FileRecord(hashing: name, in: path)) }
    let manifest = Manifest(
      version: version, model: model, weights: weights, openVINO: openVINO, source: source, files: files)
    let file = "\(path)/\(manifestFile)"
    do {
      try Files.write(JSONEncoder().encode(manifest), to: file)
    } catch {
      throw FileFailure(path: file, why: "it cannot be written")
    }
  }

  /// The file that describes a network.
  public func graph(_ network: Network) -> String {
    "\(path)/\(network.rawValue).xml"
  }
}

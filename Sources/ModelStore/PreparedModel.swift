internal import Crypto
internal import FoundationEssentials
internal import SystemPaths

/// The storage format of the large weights of a model's networks.
public enum WeightFormat: String, Codable, Sendable, CaseIterable {
  /// Eight bits with a scale for each output channel, for processors. Arithmetic is still floating point.
  case int8
  /// Half precision, for neural and graphics processors. The weights of a quantized export keep their eight bits.
  case f16
}

/// A directory with a model prepared for a kind of device: its four networks in OpenVINO's format, `config.json` and
/// `vocab.txt`. It does not need the directory that it was made from.
public struct PreparedModel: Sendable, Equatable {
  /// The directory's path.
  public let path: String
  /// The content of `prepared.json`.
  public let manifest: Manifest

  /// The content of the directory's `prepared.json`, which is written last.
  public struct Manifest: Codable, Sendable, Equatable {
    /// The ``PreparedModel/version`` that made the directory.
    public var version: Int
    /// The model's name.
    public var model: String
    /// The format of the weights.
    public var weights: WeightFormat
    /// OpenVINO's build.
    public var openVINO: String
    /// The ``SourceHashes/sha256`` of the original.
    public var source: String
    /// All other files of the directory.
    public var files: [FileRecord]

    /// Creates a manifest.
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

  /// The version of the preparation: increased whenever the same exported model would result in different networks.
  public static let version = 3

  /// The networks, named as their files.
  public enum Network: String, Sendable, CaseIterable {
    case encoder
    case projection = "encoder-projection"
    case prediction = "prediction-network"
    case joint = "joint-network"

    /// The two files of a network: structure and weights.
    public var files: [String] { ["\(rawValue).xml", "\(rawValue).bin"] }
  }

  static let manifestFile = "prepared.json"

  /// The names of all files except the manifest.
  public static let files = ["config.json", "vocab.txt"] + Network.allCases.flatMap(\.files)

  /// Returns the name of a prepared directory: the model's name and a hash of the original's content, the version of
  /// the preparation, OpenVINO's build, and the format of the weights.
  public static func directoryName(
    model: String, source: String, weights: WeightFormat, openVINO: String
  ) -> String {
    let key = SHA256.hash(data: Data("\(source) \(version) \(openVINO) \(weights.rawValue)".utf8))
    let plain = model.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return "\(String(plain).drop { $0 == "." })-\(weights.rawValue)-\(key.hexadecimal.prefix(16))"
  }

  /// Opens a prepared directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - readingAll: True to read and verify all files, false to read only those that look changed.
  /// - Returns: `nil` if the directory is missing, of another version, or not intact.
  public init?(at path: String, readingAll: Bool = false) {
    guard let manifest = Self.manifest(in: path),
      manifest.version == Self.version, Set(manifest.files.map(\.name)) == Set(Self.files),
      manifest.files.allSatisfy({ $0.isIntact(in: path, readingAll: readingAll) })
    else { return nil }
    self.path = path
    self.manifest = manifest
  }

  /// Returns the prepared models below a directory, sorted by name, without those that are damaged or of another
  /// version.
  public static func all(in directory: String) -> [PreparedModel] {
    places(in: directory).compactMap { PreparedModel(at: $0.path) }
  }

  /// A prepared directory in any state, with its manifest.
  public struct Place: Sendable {
    /// The directory's path.
    public let path: String
    /// The content of `prepared.json`.
    public let manifest: Manifest

    /// True if this version of the preparation made it.
    public var isOfThisVersion: Bool { manifest.version == PreparedModel.version }

    /// The size of its files when they were written, in bytes.
    public var size: Int64 { manifest.files.reduce(0) { $0 + $1.size } }

    /// Deletes the directory, the manifest first, so that a half-deleted model is not taken for a prepared one.
    ///
    /// - Throws: ``FileFailure`` if a file cannot be deleted.
    public func remove() throws(FileFailure) {
      do {
        try Files.remove("\(path)/\(manifestFile)")
        try Files.remove(path)
      } catch {
        throw FileFailure(path: path, why: "it cannot be deleted")
      }
    }
  }

  /// Returns the prepared directories below a directory, sorted by name, in any state.
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

  /// The same model with other formats of weights, prepared beside it.
  public var siblings: [PreparedModel] {
    // The directory can be a link to the folder that contains them.
    let parents = [path, Files.realPath(path) ?? path].map(Files.parent)
    return WeightFormat.allCases.filter { $0 != manifest.weights }.compactMap { weights in
      let name = Self.directoryName(
        model: manifest.model, source: manifest.source, weights: weights, openVINO: manifest.openVINO)
      return parents.lazy.compactMap { PreparedModel(at: "\($0)/\(name)") }.first
    }
  }

  /// The size of its files in bytes.
  public var size: Int64 { manifest.files.reduce(0) { $0 + $1.size } }

  /// Completes a directory with all files by hashing them and writing the manifest.
  ///
  /// - Throws: ``FileFailure`` if a file cannot be read or the manifest cannot be written.
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

  /// The path of the file with a network's structure.
  public func graph(_ network: Network) -> String {
    "\(path)/\(network.rawValue).xml"
  }
}

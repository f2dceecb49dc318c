public import Storage
internal import SystemPaths

/// The storage format of the large weights of a model's networks.
public enum WeightFormat: String, Codable, Sendable, CaseIterable {
  /// Eight bits with a scale for each output channel, for processors. Arithmetic is still floating point.
  case int8
  /// Half precision, for neural and graphics processors. The weights of a quantized export keep their eight bits.
  case f16
}

/// A directory with a model prepared for a kind of device: its networks in OpenVINO's format, `config.json` and
/// `vocab.txt`. It does not need the directory that it was made from.
public struct PreparedModel: Sendable, Equatable {
  private let directory: Place

  /// The directory's path.
  public var path: String { directory.path }
  /// The content of `prepared.json`.
  public var manifest: Manifest { directory.manifest }

  /// A prepared directory in any state.
  public typealias Place = SealedDirectory<Manifest>

  /// The content of the directory's `prepared.json`.
  public struct Manifest: SealedManifest {
    public static let fileName = "prepared.json"

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
    public var files: [FileRecord]

    /// Creates a manifest.
    public init(
      version: Int = PreparedModel.version, model: String, weights: WeightFormat, openVINO: String,
      source: String, files: [FileRecord]
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
  public static let version = 6

  /// The networks, named as their files.
  public enum Network: String, Sendable, CaseIterable {
    case encoder
    case projection = "encoder-projection"
    case prediction = "prediction-network"
    case joint = "joint-network"

    /// The two files of a network: structure and weights.
    public var files: [String] { ["\(rawValue).xml", "\(rawValue).bin"] }
  }

  /// Returns the networks of a model.
  public static func networks(of head: ModelConfiguration.Head) -> [Network] {
    head == .ctc ? [.encoder] : Network.allCases
  }

  /// Returns the names of all files except the manifest.
  public static func files(of head: ModelConfiguration.Head) -> Set<String> {
    Set(ModelDirectory.texts + networks(of: head).flatMap(\.files))
  }

  /// Returns the name of a prepared directory: the model's name and a hash of the original's content, the version of
  /// the preparation, OpenVINO's build, and the format of the weights.
  public static func directoryName(
    model: String, source: String, weights: WeightFormat, openVINO: String
  ) -> String {
    let key = FileHash.sha256(of: "\(source) \(version) \(openVINO) \(weights.rawValue)")
    let plain = model.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return "\(String(plain).drop { $0 == "." })-\(weights.rawValue)-\(key.prefix(16))"
  }

  /// True if it has the networks of a transducer's decoder; `config.json` can be about other graphs of its original.
  var hasDecoder: Bool { manifest.files.contains { Network.joint.files.contains($0.name) } }

  /// Returns true if the files in a directory's manifest are those of a model.
  static func hasFilesOfAModel(_ place: Place) -> Bool {
    let names = Set(place.manifest.files.map(\.name))
    return ModelConfiguration.Head.allCases.contains { files(of: $0) == names }
  }

  /// Opens a prepared directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - readingAll: True to read and verify all files, false to read only those that look changed.
  /// - Returns: `nil` if the directory is missing, of another version, or not intact.
  public init?(at path: String, readingAll: Bool = false) {
    guard let place = Place(at: path) else { return nil }
    self.init(place, readingAll: readingAll)
  }

  private init?(_ place: Place, readingAll: Bool = false) {
    guard place.isOfThisVersion, Self.hasFilesOfAModel(place), place.isIntact(readingAll: readingAll)
    else { return nil }
    directory = place
  }

  /// Returns the prepared models below a directory, sorted by name, without those that are damaged or of another
  /// version.
  public static func all(in directory: String) -> [PreparedModel] {
    Place.all(in: directory).compactMap { PreparedModel($0) }
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
  public var size: Int64 { directory.size }

  /// The path of the file with a network's structure.
  public func graph(_ network: Network) -> String {
    "\(path)/\(network.rawValue).xml"
  }
}

extension PreparedModel.Place {
  /// True if this version of the preparation made it.
  public var isOfThisVersion: Bool { manifest.version == PreparedModel.version }
}

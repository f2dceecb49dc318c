public import Storage
internal import SystemPaths

/// The storage format of the large weights of a model's networks.
public enum WeightFormat: String, Codable, Sendable, CaseIterable {
  /// Eight bits with a scale for each output channel, for processors. Arithmetic stays floating point.
  case int8
  /// Half precision, for neural and graphics processors. The weights of a quantized export stay in eight bits.
  case f16
}

/// A directory that holds a model prepared for a kind of device: its four networks in OpenVINO's format, with
/// `config.json` and `vocab.txt`. It needs nothing of the directory it was made from.
public struct PreparedModel: Sendable, Equatable {
  private let directory: Place

  public var path: String { directory.path }
  public var manifest: Manifest { directory.manifest }

  /// A prepared directory in whatever state.
  public typealias Place = SealedDirectory<Manifest>

  /// The directory's `prepared.json`.
  public struct Manifest: SealedManifest {
    public static let fileName = "prepared.json"

    /// ``PreparedModel/version``.
    public var version: Int
    /// The model's name.
    public var model: String
    public var weights: WeightFormat
    /// OpenVINO's build.
    public var openVINO: String
    /// ``SourceHashes/sha256`` of the files that it was made from.
    public var source: String
    public var files: [FileRecord]

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

  /// The version of the preparation: increased whenever the networks made from an exported model change.
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

  /// All files but the manifest.
  public static let files = ["config.json", "vocab.txt"] + Network.allCases.flatMap(\.files)

  /// Returns the name of a prepared directory: the model's name, and a key of the content it is made from, the version
  /// of the preparation, OpenVINO's build, and the weight format.
  public static func directoryName(
    model: String, source: String, weights: WeightFormat, openVINO: String
  ) -> String {
    let key = FileHash.sha256(of: "\(source) \(version) \(openVINO) \(weights.rawValue)")
    let plain = model.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return "\(String(plain).drop { $0 == "." })-\(weights.rawValue)-\(key.prefix(16))"
  }

  /// Opens a prepared directory.
  ///
  /// - Parameter readingAll: Whether files are read and checked although they look unchanged.
  /// - Returns: `nil` if it is not there, of another version, or damaged.
  public init?(at path: String, readingAll: Bool = false) {
    guard let place = Place(at: path) else { return nil }
    self.init(place, readingAll: readingAll)
  }

  private init?(_ place: Place, readingAll: Bool = false) {
    guard place.isOfThisVersion, Set(place.manifest.files.map(\.name)) == Set(Self.files),
      place.isIntact(readingAll: readingAll)
    else { return nil }
    directory = place
  }

  /// The prepared models in a directory, in the order of their names, without those that are damaged or of another
  /// version.
  public static func all(in directory: String) -> [PreparedModel] {
    Place.all(in: directory).compactMap { PreparedModel($0) }
  }

  /// The model's other prepared forms, with other weight formats, in the same directory.
  public var siblings: [PreparedModel] {
    // The path may be a link into the directory that holds them.
    let parents = [path, Files.realPath(path) ?? path].map(Files.parent)
    return WeightFormat.allCases.filter { $0 != manifest.weights }.compactMap { weights in
      let name = Self.directoryName(
        model: manifest.model, source: manifest.source, weights: weights, openVINO: manifest.openVINO)
      return parents.lazy.compactMap { PreparedModel(at: "\($0)/\(name)") }.first
    }
  }

  /// The bytes that its files take.
  public var size: Int64 { directory.size }

  /// Returns the path of the file that describes a network.
  public func graph(_ network: Network) -> String {
    "\(path)/\(network.rawValue).xml"
  }
}

extension PreparedModel.Place {
  /// True if this version of the preparation would make it the same.
  public var isOfThisVersion: Bool { manifest.version == PreparedModel.version }
}

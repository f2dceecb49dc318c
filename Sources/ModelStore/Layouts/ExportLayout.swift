internal import SystemPaths

/// The files of one export, below a directory or a repository: two graphs in one folder, of one precision, or the single
/// graph of a CTC model, with `config.json` and `vocab.txt` in the same folder or above it.
///
/// Public exports have their graphs at the top (`encoder-model.onnx`, `encoder-model.int8.onnx`), or in folders by
/// precision (`fp32/encoder-model.onnx`, `int8/encoder-model.int8.onnx`).
public struct ExportLayout: Sendable, Equatable, Codable {
  /// The folder of `config.json` and `vocab.txt`; empty for the top.
  public var home: String
  /// The folder of the graphs; empty for the top.
  public var folder: String
  /// The encoder's name in the folder.
  public var encoder: String
  /// The decoder's name in the folder; `nil` if the encoder is a whole model.
  public var decoder: String?

  /// The path of `config.json`.
  public var configuration: String { Self.path(of: "config.json", in: home) }
  /// The path of `vocab.txt`.
  public var vocabulary: String { Self.path(of: "vocab.txt", in: home) }
  /// The path of the encoder's graph.
  public var encoderPath: String { path(of: encoder) }
  /// The path of the decoder's graph; `nil` if the encoder is a whole model.
  public var decoderPath: String? { decoder.map(path) }
  /// The paths of the graphs, the encoder's first.
  public var graphs: [String] { [encoderPath, decoderPath].compactMap(\.self) }

  /// The precision that the names give: `fp32`, `int8`, `w4a8`, …
  public var precision: String {
    GraphName(path: encoderPath)?.precision ?? "fp32"
  }

  /// Returns the path of a file beside the graphs.
  public func path(of name: String) -> String { Self.path(of: name, in: folder) }

  /// Returns the path of a file in a folder, which is empty for the top.
  static func path(of name: String, in folder: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// Returns the folder of a path; empty for the top.
  static func folder(of path: String) -> String { Files.parent(of: path) }

  /// True if a folder is named after a precision: `fp`, `f`, `bf`, `float`, `int`, `uint`, `q` or `w`, and a digit.
  static func isPrecision(_ folder: String) -> Bool {
    let letters = folder.prefix { $0.isLetter }
    guard let digit = folder.dropFirst(letters.count).first, digit.isASCII, digit.isNumber else {
      return false
    }
    return ["fp", "f", "bf", "float", "int", "uint", "q", "w"].contains(letters)
  }
}

/// The path of a graph in the layout of the public exports.
struct GraphName: Equatable {
  /// The part of a model that a graph has, with the beginning of its name.
  enum Part: String, CaseIterable {
    case encoder = "encoder-model"
    case decoder = "decoder_joint-model"
    /// All of a CTC model.
    case whole = "model"
  }

  let folder: String
  /// The part of the name that tells the precision, such as `.int8`; often empty.
  let suffix: String
  let part: Part

  private static let ending = ".onnx"

  /// - Returns: `nil` if the path is not that of a graph.
  init?(path: String) {
    folder = ExportLayout.folder(of: path)
    let name = path.dropFirst(folder.isEmpty ? 0 : folder.count + 1)
    guard name.hasSuffix(Self.ending), let part = Part.allCases.first(where: { name.hasPrefix($0.rawValue) }),
      name.count >= part.rawValue.count + Self.ending.count
    else { return nil }
    self.part = part
    suffix = String(name.dropFirst(part.rawValue.count).dropLast(Self.ending.count))
    guard suffix.isEmpty || (suffix.hasPrefix(".") && suffix.count > 1) else { return nil }
  }

  private init(folder: String, suffix: String, part: Part) {
    self.folder = folder
    self.suffix = suffix
    self.part = part
  }

  /// The graph's name in its folder.
  var name: String { part.rawValue + suffix + Self.ending }

  var path: String { ExportLayout.path(of: name, in: folder) }

  /// The other graph of the export; a whole model needs none but itself.
  var partner: GraphName {
    switch part {
    case .encoder: GraphName(folder: folder, suffix: suffix, part: .decoder)
    case .decoder: GraphName(folder: folder, suffix: suffix, part: .encoder)
    case .whole: self
    }
  }

  /// The precision that the names give: the graph's own name, or else its folder's.
  var precision: String {
    if !suffix.isEmpty { return String(suffix.dropFirst()) }
    let place = folder.split(separator: "/").last.map(String.init) ?? "fp32"
    // The name of a head tells no precision.
    return ModelConfiguration.Head(rawValue: place) == nil ? place : "fp32"
  }

  /// The order of the choice: the top before folders, then full precision, then the fewest bits last; others by name.
  var rank: (Int, Int, String, String) {
    let known = ["fp32", "fp16", "int8"].firstIndex(of: precision)
    return (folder.split(separator: "/").count, known ?? 3, folder, suffix)
  }
}

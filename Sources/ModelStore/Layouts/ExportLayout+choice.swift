extension ExportLayout {
  /// Chooses an export among the files of a directory or a repository: the graphs at the top, otherwise those in a
  /// folder below it; `fp32` first, then `fp16`, then `int8`, then other precisions by name.
  ///
  /// - Parameters:
  ///   - wanted: ``ExportFiles/int8`` for the export with that precision only.
  ///   - folder: The folder that the user named; `nil` to choose.
  ///   - names: The paths of the files.
  /// - Throws: ``LayoutFault`` if no two graphs belong together.
  public static func choice(
    of wanted: ExportFiles, in folder: String?, among names: Set<String>
  ) throws(LayoutFault) -> ExportLayout {
    let graphs = names.compactMap(GraphName.init).sorted { $0.rank < $1.rank }
    let top = folder ?? ""
    let near = graphs.filter { $0.folder == top || (self.folder(of: $0.folder) == top && !$0.folder.isEmpty) }
    var pairs = near.filter { $0.part == .encoder && names.contains($0.partner.path) }
    if pairs.isEmpty { pairs = near.filter { $0.part == .whole } }
    if wanted == .int8 {
      let small = pairs.filter { $0.precision == ExportFiles.int8.rawValue }
      // A named folder is the choice, whatever its precision.
      if !small.isEmpty || folder == nil { pairs = small }
    }
    guard let encoder = pairs.first else { throw fault(near, graphs, folder) }
    return ExportLayout(
      home: home(of: encoder.folder, among: names), folder: encoder.folder, encoder: encoder.name,
      decoder: encoder.part == .whole ? nil : encoder.partner.name)
  }

  /// The folder with `config.json` or `vocab.txt` that is nearest to the graphs, upwards.
  private static func home(of folder: String, among names: Set<String>) -> String {
    var place = folder
    while !place.isEmpty {
      if ModelDirectory.texts.contains(where: { names.contains(path(of: $0, in: place)) }) {
        return place
      }
      place = self.folder(of: place)
    }
    return place
  }

  /// - Parameters:
  ///   - near: The graphs among which the choice was, in its order.
  ///   - all: All graphs, in that order.
  private static func fault(_ near: [GraphName], _ all: [GraphName], _ folder: String?) -> LayoutFault {
    guard let one = near.first(where: { !all.contains($0.partner) }) ?? near.first else {
      return .noGraphs(folders: Set(all.map(\.folder)).filter { !$0.isEmpty }.sorted())
    }
    if all.contains(one.partner) { return .noInt8(found: Set(near.map(\.precision)).sorted()) }
    guard let other = (near + all).first(where: { $0.part == one.partner.part }) else {
      return .half(there: one.path, missing: one.partner.path)
    }
    let (encoder, decoder) = one.part == .encoder ? (one, other) : (other, one)
    return .mixed(encoder: encoder.path, decoder: decoder.path)
  }
}

/// The reason why the files of a directory or a repository are no export.
public enum LayoutFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// There are no graphs, except in these folders.
  case noGraphs(folders: [String])
  /// One graph, by its path, has no partner.
  case half(there: String, missing: String)
  /// There are an encoder and a decoder, but not in one folder with one precision.
  case mixed(encoder: String, decoder: String)
  /// There are exports with these precisions, none of which is int8.
  case noInt8(found: [String])

  /// The fault as a clause about the directory or the repository.
  public var description: String {
    switch self {
    case .noGraphs(let folders):
      "has no encoder-model.onnx"
        + (folders.isEmpty ? "" : " there; folders with graphs: \(folders.joined(separator: ", "))")
    case .half(let there, let missing): "has \(there), but not \(missing)"
    case .mixed(let encoder, let decoder):
      "has the encoder \(encoder) and the decoder \(decoder), which do not belong together: both must be in one folder "
        + "and have one precision"
    case .noInt8(let found): "has no int8 export, only \(found.joined(separator: ", "))"
    }
  }
}

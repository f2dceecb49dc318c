extension ExportLayout {
  /// Chooses an export among the files of a directory or a repository: the graphs at the top, otherwise those in a
  /// folder below it; `fp32` first, then `fp16`, then `int8`, then other precisions by name.
  ///
  /// Where there are graphs for a transducer and for CTC, those are taken that `config.json` is about; if none are, a
  /// transducer.
  ///
  /// - Parameters:
  ///   - wanted: ``ExportFiles/int8`` for the export with that precision only.
  ///   - folder: The folder that the user named; `nil` to choose.
  ///   - names: The paths of the files.
  ///   - head: The head of the `config.json` at a path, if it has one. It is called only where it decides.
  /// - Throws: ``LayoutFault`` if no two graphs belong together.
  public static func choice(
    of wanted: ExportFiles, in folder: String?, among names: Set<String>,
    head: (String) -> ModelConfiguration.Head?
  ) throws(LayoutFault) -> ExportLayout {
    let graphs = names.compactMap(GraphName.init).sorted { $0.rank < $1.rank }
    let near = near(folder, graphs)
    let (pairs, wholes) = encoders(of: near, among: names)
    let heads = deciding(pairs, wholes, among: names).reduce(into: [:]) { $0[$1] = head($1) }
    func isMeant(_ graph: GraphName) -> Bool {
      heads[configuration(of: graph, among: names)].map { ($0 == .ctc) == (graph.part == .whole) } ?? false
    }
    var encoders = [pairs.filter(isMeant), wholes.filter(isMeant), pairs, wholes].first { !$0.isEmpty } ?? []
    if wanted == .int8 {
      let small = encoders.filter { $0.precision == ExportFiles.int8.rawValue }
      // A named folder is the choice, whatever its precision.
      if !small.isEmpty || folder == nil { encoders = small }
    }
    guard let encoder = encoders.first else { throw fault(near, graphs, folder) }
    return ExportLayout(
      home: home(of: encoder.folder, among: names), folder: encoder.folder, encoder: encoder.name,
      decoder: encoder.part == .whole ? nil : encoder.partner.name)
  }

  /// Returns the paths of the `config.json` that decide between a transducer and CTC; empty if there is one of them only.
  ///
  /// - Parameters:
  ///   - folder: The folder that the user named; `nil` to choose.
  ///   - names: The paths of the files.
  public static func decidingConfigurations(in folder: String?, among names: Set<String>) -> [String] {
    let (pairs, wholes) = encoders(of: near(folder, names.compactMap(GraphName.init)), among: names)
    return deciding(pairs, wholes, among: names)
  }

  /// Returns the encoders that have a decoder, and the graphs for CTC.
  private static func encoders(
    of graphs: [GraphName], among names: Set<String>
  ) -> (pairs: [GraphName], wholes: [GraphName]) {
    (
      graphs.filter { $0.part == .encoder && names.contains($0.partner.path) },
      graphs.filter { $0.part == .whole }
    )
  }

  /// The configurations that are read to decide, at most.
  private static let configurationLimit = 8

  private static func deciding(
    _ pairs: [GraphName], _ wholes: [GraphName], among names: Set<String>
  ) -> [String] {
    guard !pairs.isEmpty, !wholes.isEmpty else { return [] }
    let paths = Set((pairs + wholes).map { configuration(of: $0, among: names) }).intersection(names)
    return Array(paths.sorted { ($0.count, $0) < ($1.count, $1) }.prefix(configurationLimit))
  }

  private static func configuration(of graph: GraphName, among names: Set<String>) -> String {
    path(of: "config.json", in: home(of: graph.folder, among: names))
  }

  /// Returns the graphs at the top and in its folders.
  private static func near(_ folder: String?, _ graphs: [GraphName]) -> [GraphName] {
    let top = folder ?? ""
    return graphs.filter { $0.folder == top || (self.folder(of: $0.folder) == top && !$0.folder.isEmpty) }
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

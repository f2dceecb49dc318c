internal import Glibc
internal import SystemPaths

/// An ONNX graph of an export, with the files that hold its weights: all of them exist and are as long as the graph
/// needs.
public struct ExportedGraph: Sendable, Equatable {
  /// The graph's path.
  public let path: String
  /// The files of weights, sorted by name.
  let weights: [Weights]

  /// A file that holds weights.
  struct Weights: Sendable, Equatable {
    /// The name in the graph, relative to the graph's directory.
    let name: String
    /// The file's path: in the directory, or beside the file that the graph links to.
    let path: String
    let bytes: Int
    /// True if OpenVINO would refuse the file: with all links resolved, it has to be in the graph's directory.
    let isElsewhere: Bool
  }

  /// Checks the files without reading the weights.
  ///
  /// - Parameters:
  ///   - name: The graph's path below the model's directory.
  ///   - directory: The model's directory.
  /// - Throws: A ``ModelError`` that names the file and the remedy.
  public init(_ name: String, in directory: String) throws(ModelError) {
    path = "\(directory)/\(name)"
    let needed = try Self.file(name, in: directory).neededBytes
    var weights: [Weights] = []
    for (file, bytes) in needed.sorted(by: { $0.key < $1.key }) {
      guard Self.isInside(file) else { throw ModelError(directory, name, .weightsOutside(file)) }
      let found = Self.place(of: file, beside: path)
      let shown = ExportLayout.path(of: file, in: ExportLayout.folder(of: name))
      let there = try ExportFile(shown, in: directory, at: found)
      guard there.bytes >= bytes else {
        throw ModelError(directory, shown, .wrongSize(bytes: there.bytes, needed: bytes))
      }
      weights.append(
        Weights(
          name: file, path: found, bytes: there.bytes, isElsewhere: Self.isElsewhere(found, file, path)))
    }
    self.weights = weights
  }

  /// The size of the graph and its weights, in bytes.
  var bytes: Int {
    weights.reduce(Files.status(of: path).map { Int($0.st_size) } ?? 0) { $0 + $1.bytes }
  }

  /// Returns the names of the files that a graph needs beside it, sorted, whether they are there or not.
  ///
  /// - Parameters:
  ///   - name: The graph's path below the model's directory.
  ///   - directory: The model's directory.
  /// - Throws: A ``ModelError`` if the graph cannot be read, or refers to files outside of its directory.
  public static func weights(of name: String, in directory: String) throws(ModelError) -> [String] {
    let weights = try file(name, in: directory).neededBytes.keys.sorted()
    if let outside = weights.first(where: { !isInside($0) }) {
      throw ModelError(directory, name, .weightsOutside(outside))
    }
    return weights
  }

  private static func file(_ name: String, in directory: String) throws(ModelError) -> ONNXFile {
    let checked = try ExportFile(name, in: directory)
    guard checked.bytes > 0 else { throw ModelError(directory, name, .empty) }
    let file = try ModelError.reading(name, in: directory) { () throws(FileError) in
      try Files.withBytes(of: checked.path) { ONNXFile($0) }
    }
    if let fault = file.fault { throw ModelError(directory, name, fault) }
    return file
  }
}

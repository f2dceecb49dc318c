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
  ///   - name: The graph's name in the model's directory.
  ///   - directory: The model's directory.
  /// - Throws: A ``ModelError`` that names the file and the remedy.
  public init(_ name: String, in directory: String) throws(ModelError) {
    path = "\(directory)/\(name)"
    let needed: [String: Int]
    do throws(FileFault) {
      needed = try Self.file(path).neededBytes
    } catch {
      throw ModelError(directory, name, error)
    }
    var weights: [Weights] = []
    for (file, bytes) in needed.sorted(by: { $0.key < $1.key }) {
      guard Self.isInside(file) else { throw ModelError(directory, name, .weightsOutside(file)) }
      let found = Self.place(of: file, beside: path)
      do throws(FileFault) {
        let there = try ExportFile(found)
        guard there.bytes >= bytes else { throw .wrongSize(bytes: there.bytes, needed: bytes) }
        weights.append(
          Weights(
            name: file, path: found, bytes: there.bytes, isElsewhere: Self.isElsewhere(found, file, path)))
      } catch {
        throw ModelError(directory, file, error)
      }
    }
    self.weights = weights
  }

  /// The size of the graph and its weights, in bytes.
  var bytes: Int {
    weights.reduce(Files.status(of: path).map { Int($0.st_size) } ?? 0) { $0 + $1.bytes }
  }

  private static func file(_ path: String) throws(FileFault) -> ONNXFile {
    let size = try ExportFile(path).bytes
    guard size > 0 else { throw .empty }
    let result: Result<ONNXFile, FileFault>
    do throws(FileError) {
      result = try Files.withBytes(of: path) { bytes in
        Result { () throws(FileFault) in try file(bytes) }
      }
    } catch {
      throw .unreadable(error.message)
    }
    return try result.get()
  }

  private static func file(_ bytes: UnsafeRawBufferPointer) throws(FileFault) -> ONNXFile {
    do throws(ONNXFile.Malformed) {
      return try ONNXFile(bytes)
    } catch {
      switch error {
      case .cutOff(let needed): throw .cutOff(bytes: bytes.count, needed: needed)
      case .damaged: throw .damaged
      case .incomplete: throw .cutOff(bytes: bytes.count, needed: nil)
      case .garbled:
        throw .foreign(beginning: ExportFile.firstLine(UnsafeRawBufferPointer(rebasing: bytes.prefix(512))))
      }
    }
  }
}

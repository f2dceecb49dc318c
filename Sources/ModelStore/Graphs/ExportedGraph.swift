internal import Glibc
internal import SystemPaths

/// An ONNX graph of an export, with the files beside it that hold its weights: all of them are there, and as long as
/// the graph needs them.
public struct ExportedGraph: Sendable, Equatable {
  public let path: String
  /// In the order of their names.
  let weights: [Weights]

  /// A file that holds weights.
  struct Weights: Sendable, Equatable {
    /// As the graph names it: relative to its own directory.
    let name: String
    /// Where it is: in the directory, or beside the file that the graph is a link to.
    let path: String
    let bytes: Int
    /// Whether OpenVINO would refuse it: it takes only what lies in the graph's directory when all links are resolved.
    let isElsewhere: Bool
  }

  /// Looks at the files; weights are not read.
  ///
  /// - Parameters:
  ///   - name: The graph's, in the directory of its model.
  /// - Throws: A ``ModelError`` that names the file and what helps.
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

  /// Bytes of the graph and of its weights.
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

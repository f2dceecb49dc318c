internal import Glibc
public import SystemPaths

/// A graph with weights outside of its directory, in a form that OpenVINO accepts: each file of weights is open, and
/// the graph refers to it by its descriptor, as `proc/self/fd/7`, relative to the root directory.
///
/// OpenVINO resolves links, accepts only files below the directory that it is given, and splits names that contain a
/// colon or begin with a dot. The root directory and a descriptor always work. The weights are memory-mapped as
/// usual.
public struct LinkedGraph: ~Copyable {
  /// The bytes of the ONNX file.
  public let content: [UInt8]
  private let descriptors: [Int32]

  fileprivate init(content: [UInt8], descriptors: [Int32]) {
    self.content = content
    self.descriptors = descriptors
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}

extension ExportedGraph {
  /// Returns the graph with new names for all its weights; `nil` if OpenVINO finds them under the old ones.
  ///
  /// The files are open as long as the result lives. Once OpenVINO has read the graph, they can be closed.
  ///
  /// - Throws: ``FileError`` if a file cannot be opened or read.
  public func linked() throws(FileError) -> LinkedGraph? {
    guard weights.contains(where: \.isElsewhere) else { return nil }
    var places: [String: String] = [:]
    var descriptors: [Int32] = []
    func closeAll() { for descriptor in descriptors { close(descriptor) } }
    for file in weights {
      let descriptor = Files.open(file.path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        let failure = FileError(file.path)
        closeAll()
        throw failure
      }
      descriptors.append(descriptor)
      places[file.name] = "proc/self/fd/\(descriptor)"
    }
    do throws(FileError) {
      let content = try Files.withBytes(of: path) { RelocatedGraph.content(of: $0, places: places) }
      if let content { return LinkedGraph(content: content, descriptors: descriptors) }
    } catch {
      closeAll()
      throw error
    }
    closeAll()
    throw FileError(path, "it changed while it was being read")
  }
}

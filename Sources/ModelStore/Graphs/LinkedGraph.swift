internal import Glibc
public import SystemPaths

/// A graph whose weights lie elsewhere than the graph, as OpenVINO takes it: each file of weights is open, and the
/// graph names it by its descriptor, as `proc/self/fd/7`, relative to the root directory.
///
/// OpenVINO resolves links and then takes only files below the directory that it is told; and it takes names apart that
/// hold a colon or begin with a dot. The root directory and a descriptor are always right. The weights are mapped as
/// ever.
public struct LinkedGraph: ~Copyable {
  /// The ONNX file.
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
  /// Returns the graph with new names for its weights; `nil` if OpenVINO finds them where they are.
  ///
  /// The files are open while the result lives, which OpenVINO needs only until it has read the graph.
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
      let content = try Files.withBytes(of: path) { try? RelocatedGraph.content(of: $0, places: places) }
      if let content { return LinkedGraph(content: content, descriptors: descriptors) }
    } catch {
      closeAll()
      throw error
    }
    closeAll()
    throw FileError(path, "it was changed while it was read")
  }
}

internal import COpenVINO
internal import SystemPaths

/// OpenVINO in this process: lists devices, reads graphs and compiles them.
public struct Runtime: ~Copyable, Sendable {
  /// SAFETY: `ov::Core` may be used from several threads at once (OpenVINO's documentation of `ov::Core`).
  private nonisolated(unsafe) let handle: OpaquePointer

  /// Starts OpenVINO.
  public init() throws(InferenceError) {
    var handle: OpaquePointer?
    try check("start OpenVINO", lk_core_create(&handle))
    self.handle = try present(handle, "start OpenVINO")
  }

  deinit {
    lk_core_destroy(handle)
  }

  /// OpenVINO's build number, for example "2026.4.1-21542-…".
  public static var version: String {
    String(cString: lk_openvino_version())
  }

  /// True if this processor has VNNI, instructions that make integer matrices faster than float ones.
  public static var supportsVNNI: Bool {
    lk_supports_vnni() != 0
  }

  /// Returns freed memory to the system: released graphs leave gigabytes that the allocator would keep.
  public static func releaseUnusedMemory() {
    lk_release_memory()
  }

  /// Returns the names of the available devices, for example `CPU` and `NPU`.
  public func devices() throws(InferenceError) -> [String] {
    var lines: UnsafeMutablePointer<CChar>?
    try check("list the devices", lk_core_devices(handle, &lines))
    return owned(lines).split(separator: "\n").map(String.init)
  }

  /// Returns a property of a device as text; list items are separated by spaces.
  public func property(_ key: String, of device: String) throws(InferenceError) -> String {
    var value: UnsafeMutablePointer<CChar>?
    try check("read \(key) of \(device)", lk_core_property(handle, device, key, &value))
    return owned(value)
  }

  /// Returns the names of the properties of a device that can be set.
  public func settableProperties(of device: String) throws(InferenceError) -> [String] {
    var lines: UnsafeMutablePointer<CChar>?
    try check("list the properties of \(device)", lk_core_settable_properties(handle, device, &lines))
    return owned(lines).split(separator: "\n").map(String.init)
  }

  /// Checks that a device accepts the value of a property.
  ///
  /// - Parameter read: The property whose reading makes the device look at the value.
  public static func checkProperty(
    _ key: String, _ value: String, on device: String, reading read: String
  ) throws(InferenceError) {
    // The property stays set in a runtime.
    let scratch = try Runtime()
    try check(
      "set \(key)=\(value)", lk_core_try_property(scratch.handle, device, key, value, read))
  }

  /// Reads an ONNX or IR file, with the weights next to it.
  public func readGraph(at path: String) throws(InferenceError) -> Graph {
    var graph: OpaquePointer?
    let operation = "read \(path)"
    try check(operation, path.withSystemCString { lk_core_read(handle, $0, &graph) })
    return Graph(handle: try present(graph, operation))
  }

  /// Computes constant products of a graph; see ``Graph/foldProducts(_:)``.
  func foldProducts(of graph: OpaquePointer) throws(InferenceError) -> Int {
    try counted("compute constant products") { lk_graph_fold_products(handle, graph, $0) }
  }

  /// Computes the layers over positions of a graph; see ``Graph/tabulatePositions(frames:_:)``.
  func tabulatePositions(of graph: OpaquePointer, frames: Int) throws(InferenceError) -> Int {
    try counted("compute positions") { lk_graph_tabulate_positions(handle, graph, frames, $0) }
  }

  /// Reads an ONNX file from memory.
  ///
  /// - Parameters:
  ///   - content: The file's bytes. Weight files that it names are relative to the root directory; they are mapped, and
  ///     their names need not exist after the graph was read.
  ///   - name: The name in messages.
  public func readGraph(_ content: [UInt8], called name: String) throws(InferenceError) -> Graph {
    var graph: OpaquePointer?
    let operation = "read \(name)"
    try check(
      operation, content.withUnsafeBytes { lk_onnx_read($0.baseAddress, $0.count, "/", &graph) })
    return Graph(handle: try present(graph, operation))
  }

  /// Compiles a graph for a device. Takes seconds for a large graph, and blocks.
  ///
  /// - Parameters:
  ///   - graph: The graph, which is unchanged.
  ///   - name: The graph's name in messages: "encoder".
  ///   - device: OpenVINO's name of the device.
  ///   - properties: OpenVINO properties, for example `["INFERENCE_PRECISION_HINT": "f32"]`.
  public func compile(
    _ graph: borrowing Graph, name: String, for device: String, properties: [String: String]
  ) throws(InferenceError) -> CompiledGraph {
    // The strings live until the call returns: C does not own them.
    let pairs = properties.sorted { $0.key < $1.key }.map {
      (characters(of: $0.key), characters(of: $0.value))
    }
    defer {
      for (key, value) in pairs {
        key.deallocate()
        value.deallocate()
      }
    }
    let list = pairs.map { lk_property(key: UnsafePointer($0.0), value: UnsafePointer($0.1)) }
    var compiled: OpaquePointer?
    let operation = "compile the \(name)"
    try check(
      operation, lk_core_compile(handle, graph.handle, device, list, list.count, &compiled))
    return CompiledGraph(handle: try present(compiled, operation), name: name)
  }
}

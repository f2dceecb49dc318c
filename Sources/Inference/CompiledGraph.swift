internal import COpenVINO

/// A network compiled for a device.
public struct CompiledGraph: ~Copyable {
  private let handle: OpaquePointer
  private let name: String

  init(handle: OpaquePointer, name: String) {
    self.handle = handle
    self.name = name
  }

  deinit {
    lk_compiled_destroy(handle)
  }

  /// Returns a property as text, for example `EXECUTION_DEVICES` or `LOADED_FROM_CACHE`.
  ///
  /// - Throws: ``InferenceError`` if the device does not have it.
  public func property(_ key: String) throws(InferenceError) -> String {
    var value: UnsafeMutablePointer<CChar>?
    try check("read \(key) of the \(name)", lk_compiled_property(handle, key, &value))
    return owned(value)
  }

  /// Creates a request, which holds the memory and the state of one inference at a time. It keeps the network alive.
  public func makeRequest() throws(InferenceError) -> InferenceRequest {
    var request: OpaquePointer?
    let operation = "make a request for the \(name)"
    try check(operation, lk_compiled_request(handle, &request))
    return try InferenceRequest(
      handle: try present(request, operation), name: name,
      inputCount: lk_compiled_count(handle, LK_INPUT), outputCount: lk_compiled_count(handle, LK_OUTPUT))
  }
}

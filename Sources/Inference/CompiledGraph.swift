internal import COpenVINO

/// A network that a device is ready to run.
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

  /// A property as text, for example `EXECUTION_DEVICES` or `LOADED_FROM_CACHE`.
  public func property(_ key: String) throws(InferenceError) -> String {
    var value: UnsafeMutablePointer<CChar>?
    try check("read \(key) of the \(name)", lk_compiled_property(handle, key, &value))
    return owned(value)
  }

  /// A request: the memory and the state for one inference at a time. It keeps the compiled network alive.
  public func makeRequest() throws(InferenceError) -> InferenceRequest {
    var request: OpaquePointer?
    let operation = "make a request for the \(name)"
    try check(operation, lk_compiled_request(handle, &request))
    return try InferenceRequest(
      handle: try present(request, operation), name: name,
      inputCount: lk_compiled_count(handle, LK_INPUT), outputCount: lk_compiled_count(handle, LK_OUTPUT))
  }
}

internal import COpenVINO
internal import SystemPaths

/// OpenVINO refused or failed at something.
public struct InferenceError: Error, Sendable, CustomStringConvertible {
  /// What was being done: "compile the encoder for CPU".
  public let operation: String
  /// OpenVINO's own message, as it came.
  public let message: String

  public init(operation: String, message: String) {
    self.operation = operation
    self.message = message
  }

  /// One line: the operation and OpenVINO's message without its source positions.
  public var description: String {
    "cannot \(operation): \(Self.essence(of: message))"
  }

  /// OpenVINO's messages begin with lines such as "Exception from src/inference/src/cpp/core.cpp:92:" and
  /// "Check 'false' failed at src/…"; what a person can use follows them.
  static func essence(of message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
    let useful = lines.filter { line in
      !(line.hasPrefix("Exception from ") || line.hasPrefix("Check '") || line.hasPrefix("While validating"))
    }
    return (useful.isEmpty ? lines : useful).joined(separator: " ")
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first?.isWhitespace == true { line.removeFirst() }
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }
}

/// Calls a C function that answers with a message when it fails.
func check(_ operation: @autoclosure () -> String, _ failure: lk_failure?) throws(InferenceError) {
  guard let failure else { return }
  defer { lk_string_destroy(failure) }
  throw InferenceError(operation: operation(), message: String(systemCString: failure))
}

/// Takes over a string that a C function handed out.
func owned(_ string: UnsafeMutablePointer<CChar>?) -> String {
  guard let string else { return "" }
  defer { lk_string_destroy(string) }
  return String(systemCString: string)
}

/// A handle that a successful call has handed out.
func present(_ handle: OpaquePointer?, _ operation: String) throws(InferenceError) -> OpaquePointer {
  guard let handle else {
    throw InferenceError(operation: operation, message: "OpenVINO handed out nothing")
  }
  return handle
}

/// A C string of a text, for whoever deallocates it.
func characters(of text: String) -> UnsafeMutablePointer<CChar> {
  let characters = (text.systemBytes + [0]).map(CChar.init(bitPattern:))
  let result = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
  result.initialize(from: characters, count: characters.count)
  return result
}

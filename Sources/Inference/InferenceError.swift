internal import COpenVINO
internal import SystemPaths

/// An operation that OpenVINO rejected or that failed.
public struct InferenceError: Error, Sendable, CustomStringConvertible {
  /// The operation: "compile the encoder for CPU".
  public let operation: String
  /// OpenVINO's message, unchanged.
  public let message: String

  /// Creates an error; `operation` completes the sentence "cannot …".
  public init(operation: String, message: String) {
    self.operation = operation
    self.message = message
  }

  /// The operation and OpenVINO's message without source positions, in one line.
  public var description: String {
    "cannot \(operation): \(Self.essence(of: message))"
  }

  /// The last line of OpenVINO's message: the reason, after the operations that it prevented.
  public var reason: String {
    Self.lines(of: message).last ?? message
  }

  /// Returns the useful part of a message. OpenVINO's messages begin with lines such as "Exception from
  /// src/inference/src/cpp/core.cpp:92:" and "Check 'false' failed at src/…".
  static func essence(of message: String) -> String {
    // The NPU plugin's words for an error without a number: the text after them is that of the compiler.
    let message = message.replacing(" - an action is required to complete the desired operation .", with: ":")
    let lines = lines(of: message)
    let useful = lines.filter { line in
      !(line.hasPrefix("Exception from ") || line.hasPrefix("Check '") || line.hasPrefix("While validating"))
    }
    return (useful.isEmpty ? lines : useful).joined(separator: " ")
  }

  /// Returns the lines that are not blank, trimmed.
  private static func lines(of message: String) -> [String] {
    message.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first?.isWhitespace == true { line.removeFirst() }
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }
}

/// Throws if a C function has returned a failure message.
func check(_ operation: @autoclosure () -> String, _ failure: lk_failure?) throws(InferenceError) {
  guard let failure else { return }
  defer { lk_string_destroy(failure) }
  throw InferenceError(operation: operation(), message: String(systemCString: failure))
}

/// Returns the count of a C function that reports how much it has changed or found.
func counted(
  _ operation: @autoclosure () -> String, _ function: (UnsafeMutablePointer<Int>) -> lk_failure?
) throws(InferenceError) -> Int {
  var count = 0
  try check(operation(), function(&count))
  return count
}

/// Takes ownership of a string that a C function has returned.
func owned(_ string: UnsafeMutablePointer<CChar>?) -> String {
  guard let string else { return "" }
  defer { lk_string_destroy(string) }
  return String(systemCString: string)
}

/// Returns the handle of a successful call.
func present(_ handle: OpaquePointer?, _ operation: String) throws(InferenceError) -> OpaquePointer {
  guard let handle else {
    throw InferenceError(operation: operation, message: "OpenVINO returned nothing")
  }
  return handle
}

/// Returns a C string, which the caller deallocates.
func characters(of text: String) -> UnsafeMutablePointer<CChar> {
  let characters = (text.systemBytes + [0]).map(CChar.init(bitPattern:))
  let result = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
  result.initialize(from: characters, count: characters.count)
  return result
}

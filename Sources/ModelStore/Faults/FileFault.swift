/// The reason why a model's file cannot be used, as far as an inspection can tell.
public enum FileFault: Sendable, Equatable {
  /// The file does not exist.
  case missing
  /// The file is a symbolic link to this path, which does not exist.
  case leadsNowhere(String)
  /// The file cannot be read, in the system's words, or is not a regular file.
  case unreadable(String)
  /// The file has no content.
  case empty
  /// A Git LFS pointer instead of the file, with the file's size in bytes if the pointer has it.
  case pointer(bytes: Int?)
  /// A server's web page instead of the file.
  case webPage
  /// The file has a different size than needed.
  case wrongSize(bytes: Int, needed: Int)
  /// The file is truncated, with the minimum size in bytes if known.
  case cutOff(bytes: Int, needed: Int?)
  /// The file begins like an ONNX file, but the rest is invalid.
  case damaged
  /// The file is not an ONNX file, with its first words if it is text.
  case foreign(beginning: String?)
  /// The graph refers to weights in this file, outside of the model's directory.
  case weightsOutside(String)
  /// The graph refers to weights by an offset or a length (the key) that is no whole number, 0 or more.
  case wrongReference(key: String, value: String)
  /// The file has the right size but different content than was written.
  case changed

  /// The fault as a sentence about the file.
  func description(of file: String) -> String {
    switch self {
    case .missing: "the file \(file) is missing"
    case .leadsNowhere(let target): "\(file) is a link to \(target), which does not exist"
    case .unreadable(let why): "cannot read \(file): \(why)"
    case .empty: "\(file) is empty"
    case .pointer(let bytes):
      "\(file) is a Git LFS pointer in the place of the file" + (bytes.map { " (\($0) bytes)" } ?? "")
    case .webPage: "\(file) is a web page in the place of the file"
    case .wrongSize(let bytes, let needed): "\(file) has \(bytes) bytes, needs \(needed)"
    case .cutOff(let bytes, let needed):
      "\(file) is cut off: it has \(bytes) bytes, needs " + (needed.map { "\($0) or more" } ?? "more")
    case .damaged: "\(file) is damaged: it begins like an ONNX file, but the rest is invalid"
    case .foreign(let beginning):
      "\(file) is not an ONNX file" + (beginning.map { "; it begins with '\($0)'" } ?? "")
    case .weightsOutside(let place): "\(file) keeps weights in \(place), outside of the model's directory"
    case .wrongReference(let key, let value):
      "\(file) refers to weights with the \(key) '\(value)', expected a whole number, 0 or more"
    case .changed: "\(file) has changed since it was written"
    }
  }
}

/// Why a file of a model cannot be used, as far as a look at it tells.
public enum FileFault: Error, Sendable, Equatable {
  case missing
  /// A symbolic link to this, where nothing is.
  case leadsNowhere(String)
  /// The system's words, or what is there instead of a file.
  case unreadable(String)
  case empty
  /// What git keeps in the place of a large file, and the bytes of the file itself, if it says how many.
  case pointer(bytes: Int?)
  /// What a server sends for people, in the place of a file.
  case webPage
  case wrongSize(bytes: Int, needed: Int)
  /// It ends in the middle. How many bytes it needs at least, if that is known.
  case cutOff(bytes: Int, needed: Int?)
  /// It begins as an ONNX file, and then makes no sense.
  case damaged
  /// Something else than an ONNX file, and its first words, if it is text.
  case foreign(beginning: String?)
  /// It keeps weights in this file, which is not in the model's directory.
  case weightsOutside(String)
  /// It has the right size and other content than was written.
  case changed

  /// A sentence about the file.
  func description(of file: String) -> String {
    switch self {
    case .missing: "the file \(file) is missing"
    case .leadsNowhere(let target): "\(file) is a link to \(target), where nothing is"
    case .unreadable(let why): "cannot read \(file): \(why)"
    case .empty: "\(file) is empty"
    case .pointer(let bytes):
      "\(file) is a Git LFS pointer in the place of the file" + (bytes.map { " (\($0) bytes)" } ?? "")
    case .webPage: "\(file) is a web page in the place of the file"
    case .wrongSize(let bytes, let needed): "\(file) has \(bytes) bytes, needs \(needed)"
    case .cutOff(let bytes, let needed):
      "\(file) is cut off: it has \(bytes) bytes, needs " + (needed.map { "\($0) or more" } ?? "more")
    case .damaged: "\(file) is damaged: it begins as an ONNX file, and then makes no sense"
    case .foreign(let beginning):
      "\(file) is not an ONNX file" + (beginning.map { "; it begins with '\($0)'" } ?? "")
    case .weightsOutside(let place): "\(file) keeps weights in \(place), outside of the model's directory"
    case .changed: "\(file) is not as it was written"
    }
  }
}

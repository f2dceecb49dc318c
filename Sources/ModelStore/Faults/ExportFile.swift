internal import Glibc
internal import SystemPaths

/// A model's file that exists, can be read, and is not obviously something else.
struct ExportFile {
  let path: String
  let bytes: Int

  /// Checks a file by reading only its beginning.
  ///
  /// - Parameters:
  ///   - name: The file's name in the model's directory.
  ///   - directory: The model's directory.
  ///   - place: The file's path if it is elsewhere.
  ///   - isMarkup: True if the file is expected to begin with markup, like a web page.
  init(
    _ name: String, in directory: String, at place: String? = nil, isMarkup: Bool = false
  ) throws(ModelError) {
    let path = place ?? "\(directory)/\(name)"
    self.path = path
    func failure(_ fault: FileFault) -> ModelError { ModelError(directory, name, fault) }
    guard let status = Files.status(of: path) else { throw failure(Self.absence(of: path, errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw failure(.unreadable("it is a directory"))
    // Opening a pipe would block.
    default: throw failure(.unreadable("it is not a file"))
    }
    bytes = Int(status.st_size)
    let fault = try ModelError.reading(name, in: directory) { () throws(FileError) in
      try Files.withBytes(of: path) { Self.stranger(UnsafeRawBufferPointer(rebasing: $0.prefix(512))) }
    }
    if let fault, !(isMarkup && fault == .webPage) { throw failure(fault) }
  }

  /// - Parameter code: The system's `errno`.
  private static func absence(of path: String, _ code: Int32) -> FileFault {
    guard code == ENOENT else { return .unreadable(FileError(path, code: code).message) }
    return Files.link(at: path).map { .leadsNowhere($0) } ?? .missing
  }

  /// Recognizes, from its beginning, what was downloaded instead of the file.
  static func stranger(_ beginning: UnsafeRawBufferPointer) -> FileFault? {
    let text = String(decoding: beginning, as: UTF8.self)
    if text.hasPrefix("version https://git-lfs.github.com/spec/") {
      let size = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("size ") }?.dropFirst(5)
      return .pointer(bytes: size.flatMap { Int($0) })
    }
    let markup = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(9).lowercased()
    return ["<!doctype", "<html", "<head", "<?xml"].contains { markup.hasPrefix($0) } ? .webPage : nil
  }

  /// The first line of a text; `nil` if the bytes are not text.
  static func firstLine(_ beginning: UnsafeRawBufferPointer) -> String? {
    let line = beginning.prefix { $0 >= 0x20 && $0 < 0x7F }.prefix(60)
    let isText =
      line.count >= 4
      && (line.count == 60 || line.count == beginning.count || isNewline(beginning[line.count]))
    return isText ? String(decoding: line, as: UTF8.self) : nil
  }

  private static func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

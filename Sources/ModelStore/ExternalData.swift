internal import Glibc
internal import SystemPaths

/// The files beside an ONNX graph that hold its weights.
///
/// A tensor that is stored outside says where in a list of key and value (`TensorProto.external_data`, entries of
/// `StringStringEntryProto`): the bytes `0A 08 "location" 12 LENGTH NAME`. They are searched for as they are, so
/// that no reader of the whole format is needed; a match by chance names a file that is not there, and is left out.
enum ExternalData {
  /// - Returns: Names in the graph's directory, each once, sorted.
  static func files(of graph: String, in directory: String) throws(FileFailure) -> [String] {
    let path = "\(directory)/\(graph)"
    let names: Set<String>
    do {
      names = try Files.withBytes(of: path, Self.names)
    } catch {
      throw FileFailure(path: path, why: "it cannot be read")
    }
    return names.filter { Files.isThere("\(directory)/\($0)") }.sorted()
  }

  private static let key = [0x0A, 0x08] + Array("location".utf8) + [0x12]

  private static func names(in bytes: UnsafeRawBufferPointer) -> Set<String> {
    var names: Set<String> = []
    var rest = bytes[...]
    while let found = next(key[0], in: rest) {
      rest = rest[found...]
      let name = rest.dropFirst(key.count)
      // A file's name is shorter than 128 bytes in all exports there are, so that its length is one byte.
      if rest.starts(with: key), let length = name.first, length < 128, name.count > Int(length) {
        let text = String(systemBytes: name.dropFirst().prefix(Int(length)))
        if !text.isEmpty, !text.hasPrefix("/"), !text.contains("..") { names.insert(text) }
      }
      rest = rest.dropFirst()
    }
    return names
  }

  /// The index of the next such byte.
  private static func next(_ byte: UInt8, in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    let region = UnsafeRawBufferPointer(rebasing: bytes)
    guard let start = region.baseAddress, let found = memchr(start, Int32(byte), region.count) else {
      return nil
    }
    return bytes.startIndex + (UnsafeRawPointer(found) - start)
  }
}

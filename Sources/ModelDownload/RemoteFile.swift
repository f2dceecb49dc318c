internal import ModelStore

/// A file in a model's repository on the hub, or the hub's list of these files.
struct RemoteFile: Sendable {
  let model: HubRepository
  /// The commit, or the name of a branch.
  let revision: String
  /// The file's path in the repository; `nil` for the list.
  let name: String?

  /// The address below that of the hub.
  var address: String {
    guard let name else { return "api/models/\(model.repository)/revision/\(revision)" }
    return "\(model.repository)/resolve/\(revision)/\(Self.escaped(name))"
  }

  /// The file in a message.
  var shown: String { name ?? "the list of files" }

  /// Returns an error about the file.
  func failure(_ reason: DownloadError.Reason) -> DownloadError {
    DownloadError(model: model.name, file: name, reason: reason)
  }

  /// Returns a path for an address: all bytes but the unreserved ones (RFC 3986, 2.3) and slashes are escaped.
  static func escaped(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = path.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        [byte]
      default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

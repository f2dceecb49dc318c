/// A device's file below `/dev`.
public struct DeviceNode: Sendable, Equatable {
  /// The absolute path, without the root folder: "/dev/accel/accel0".
  public let path: String
  /// The numeric IDs of the file's owner and group.
  public let ownerID, groupID: UInt32
  /// The names of owner and group; `nil` if the root's `/etc/passwd` and `/etc/group` do not list them.
  public let owner, group: String?
  /// True if `/etc/group` lists this user as a member of the group.
  public let listsUser: Bool
  /// The permission bits.
  public let mode: UInt32
  /// The result of an attempt to open the file.
  public let access: FileAccess

  /// "root:render 0660"
  var description: String {
    let bits = String(mode, radix: 8)
    let digits = String(repeating: "0", count: max(0, 4 - bits.count)) + bits
    return "\(owner ?? String(ownerID)):\(group ?? String(groupID)) \(digits)"
  }
}

/// The access that a user has to a file.
public enum FileAccess: Sendable, Equatable {
  case allowed
  /// The file's owner, group and mode do not allow opening it.
  case forbidden
  /// Something stricter than the mode forbids it, such as a container's device list.
  case blocked
  /// Opening failed for another reason, in the system's words.
  case failed(String)
}

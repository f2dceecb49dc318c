/// A device's file below `/dev`.
public struct DeviceNode: Sendable, Equatable {
  /// As programs name it, without the root folder: "/dev/accel/accel0".
  public let path: String
  public let ownerID, groupID: UInt32
  /// `nil` where the root's `/etc/passwd` and `/etc/group` do not name them.
  public let owner, group: String?
  /// Whether `/etc/group` names this user as a member of the group.
  public let listsUser: Bool
  /// Permission bits.
  public let mode: UInt32
  public let access: FileAccess

  /// "root:render 0660"
  var description: String {
    let bits = String(mode, radix: 8)
    let digits = String(repeating: "0", count: max(0, 4 - bits.count)) + bits
    return "\(owner ?? String(ownerID)):\(group ?? String(groupID)) \(digits)"
  }
}

/// Whether a file may be opened.
public enum FileAccess: Sendable, Equatable {
  case allowed
  /// Its owner, group and mode do not allow it.
  case forbidden
  /// Something stricter than its mode does not allow it, such as a container's list of devices.
  case blocked
  /// The system's words for why it cannot be opened all the same.
  case failed(String)
}

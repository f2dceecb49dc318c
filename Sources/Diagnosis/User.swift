internal import Glibc

/// A user who wants to open devices.
public struct User: Sendable, Equatable {
  /// The numeric user ID.
  public let id: UInt32
  /// The IDs of the user's groups.
  public let groups: Set<UInt32>
  /// True if access is checked by opening files, false if by looking at their mode.
  let isThisProcess: Bool

  /// Creates a user whose access is judged by the mode of files.
  public init(id: UInt32, groups: Set<UInt32>) {
    self.init(id: id, groups: groups, isThisProcess: false)
  }

  private init(id: UInt32, groups: Set<UInt32>, isThisProcess: Bool) {
    self.id = id
    self.groups = groups
    self.isThisProcess = isThisProcess
  }

  /// The effective user of this process.
  public static var current: User {
    var groups = [gid_t](repeating: 0, count: 65_536)
    let count = getgroups(Int32(groups.count), &groups)
    return User(
      id: geteuid(), groups: Set(groups.prefix(Int(max(count, 0)))).union([getegid()]), isThisProcess: true)
  }

  /// Returns true if owner, group and permission bits let the user open a file.
  func mayOpen(owner: UInt32, group: UInt32, mode: UInt32, writing: Bool) -> Bool {
    let wanted: UInt32 = writing ? 0o6 : 0o4
    if id == 0 { return true }
    if id == owner { return mode >> 6 & wanted == wanted }
    if groups.contains(group) { return mode >> 3 & wanted == wanted }
    return mode & wanted == wanted
  }
}

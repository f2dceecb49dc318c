internal import Glibc

/// Who wants to open devices.
public struct User: Sendable, Equatable {
  public let id: UInt32
  public let groups: Set<UInt32>
  /// Whether files are opened to see whether they may be; else their mode is looked at.
  let isThisProcess: Bool

  public init(id: UInt32, groups: Set<UInt32>) {
    self.init(id: id, groups: groups, isThisProcess: false)
  }

  private init(id: UInt32, groups: Set<UInt32>, isThisProcess: Bool) {
    self.id = id
    self.groups = groups
    self.isThisProcess = isThisProcess
  }

  /// The one this process acts for.
  public static var current: User {
    var groups = [gid_t](repeating: 0, count: 65_536)
    let count = getgroups(Int32(groups.count), &groups)
    return User(
      id: geteuid(), groups: Set(groups.prefix(Int(max(count, 0)))).union([getegid()]), isThisProcess: true)
  }

  /// What owner, group and permission bits allow.
  func mayOpen(owner: UInt32, group: UInt32, mode: UInt32, writing: Bool) -> Bool {
    let wanted: UInt32 = writing ? 0o6 : 0o4
    if id == 0 { return true }
    if id == owner { return mode >> 6 & wanted == wanted }
    if groups.contains(group) { return mode >> 3 & wanted == wanted }
    return mode & wanted == wanted
  }
}

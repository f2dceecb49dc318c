internal import Glibc

/// The right to change what is in a model's folder. The kernel takes it back when the process ends, however it ends.
struct DirectoryLock: Sendable {
  static let fileName = ".lock"
  private let file: OpenFile

  /// Takes the lock of a folder that is there, or returns nil if another process has it.
  ///
  /// Blocks for a moment only.
  init?(folder: String) throws(SystemError) {
    // The file may be removed, with its folder, between being opened and being locked: then that lock is worth nothing.
    while true {
      try FileSystem.makeDirectory(folder)
      let file: OpenFile
      do throws(SystemError) {
        file = try OpenFile("\(folder)/\(Self.fileName)", flags: O_RDWR | O_CREAT)
      } catch  where error.code == ENOENT {
        continue
      }
      guard try file.lock() else { return nil }
      guard file.isInPlace else { continue }
      self.file = file
      return
    }
  }
}

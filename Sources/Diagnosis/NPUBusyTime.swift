/// Reads the kernel's count of the time that the NPU was busy. Work that was meant for the NPU but ran elsewhere leaves
/// no trace in it.
public struct NPUBusyTime: Sendable {
  private let root: RootFolder

  /// Creates a reader.
  ///
  /// - Parameter root: The folder that is read as if it were `/`.
  public init(root: String = "/") {
    self.root = RootFolder(root)
  }

  /// Returns the busy time of all NPUs since the module was loaded, in microseconds (`npu_busy_time_us`).
  ///
  /// - Returns: `nil` if there is no NPU, or the kernel does not count.
  public func microseconds() -> UInt64? {
    let times = root.names(in: "sys/class/accel").compactMap { name in
      root.line("sys/class/accel/\(name)/device/npu_busy_time_us").flatMap { UInt64($0) }
    }
    return times.isEmpty ? nil : times.reduce(0, &+)
  }
}

/// The time that the NPU was at work, as the kernel counts it: what was said to run there and did not leaves no trace
/// in it.
public struct NPUBusyTime: Sendable {
  private let root: RootFolder

  /// - Parameter root: The folder that is read as if it were `/`.
  public init(root: String = "/") {
    self.root = RootFolder(root)
  }

  /// Microseconds since the module was loaded, of all NPUs together (`npu_busy_time_us`).
  ///
  /// - Returns: `nil` where there is no NPU, or the kernel does not count.
  public func microseconds() -> UInt64? {
    let times = root.names(in: "sys/class/accel").compactMap { name in
      root.line("sys/class/accel/\(name)/device/npu_busy_time_us").flatMap { UInt64($0) }
    }
    return times.isEmpty ? nil : times.reduce(0, &+)
  }
}

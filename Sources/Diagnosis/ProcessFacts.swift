internal import Glibc

/// Facts about this process, from Linux.
public struct ProcessFacts: Sendable, Equatable {
  /// The resident memory, in bytes.
  public var residentBytes: Int
  /// The time of the processors in user and system mode, in seconds.
  public var cpuSeconds: Double
  /// The number of open files and sockets.
  public var openFiles: Int
  /// The start of the process, in seconds since 1970.
  public var startTime: Double

  /// Reads the facts; `nil` where there is no `/proc`. Blocks.
  ///
  /// - Parameter root: The folder that is read as if it were `/`.
  public static func current(root path: String = "/") -> ProcessFacts? {
    let root = RootFolder(path)
    guard let status = root.line("proc/self/stat"), let boot = bootTime(root) else { return nil }
    // The name of the program is in brackets and can hold anything.
    let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let start = Double(fields[19]), let pages = Int(fields[21])
    else { return nil }
    return ProcessFacts(
      residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)), cpuSeconds: (user + system) / ticks,
      openFiles: root.names(in: "proc/self/fd").count, startTime: boot + start / ticks)
  }

  /// The start of the machine, in seconds since 1970.
  private static func bootTime(_ root: RootFolder) -> Double? {
    root.text("proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
      .flatMap { Double($0.dropFirst("btime ".count)) }
  }
}

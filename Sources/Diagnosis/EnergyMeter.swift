/// Measures the energy used by the processor's packages with their own counters (RAPL): cores, caches, and graphics
/// and NPU in the same package, but not memory and the rest of the machine.
///
/// Linux exposes the counters as `/sys/class/powercap/intel-rapl:*/energy_uj`, for AMD's processors, too.
public struct EnergyMeter: Sendable {
  private let root: RootFolder
  private let packages: [Package]

  /// A package and its counter.
  private struct Package {
    /// The counter's path: `sys/class/powercap/intel-rapl:0/energy_uj`.
    let path: String
    /// The value in microjoules at which the counter wraps to zero.
    let range: UInt64
  }

  /// The reason why energy cannot be measured.
  public enum Trouble: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kernel exposes no package counter: another processor, a virtual machine, a container.
    case noCounter
    /// Only root may read the counters, as on most systems, since they reveal what a processor computes.
    case forbidden(path: String)
    /// The counter cannot be read, or is not a number.
    case unreadable(path: String)

    /// The reason in one line.
    public var description: String {
      switch self {
      case .noCounter:
        "this machine shows no energy counter of a processor (intel-rapl in /sys/class/powercap)"
      case .forbidden(let path):
        "only root may read \(path); to let every user read it: \(EnergyMeter.remedy)"
      case .unreadable(let path): "\(path) does not contain a number"
      }
    }
  }

  /// The command that makes the counters readable until the next reboot.
  public static let remedy = "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"

  /// The values of all counters at one time, in microjoules, in the order of the packages.
  public struct Reading: Sendable, Equatable {
    fileprivate let counts: [UInt64]
  }

  /// Finds the counters and reads each once.
  ///
  /// - Parameters:
  ///   - root: The folder that is read as if it were `/`.
  ///   - user: The user who wants to read the counters.
  /// - Throws: ``Trouble`` if there is no counter, or one cannot be read.
  public init(root path: String = "/", user: User = .current) throws(Trouble) {
    let root = RootFolder(path)
    let folder = "sys/class/powercap"
    // intel-rapl:0:1 is a part of intel-rapl:0, and the platform ("psys") holds the packages again.
    let zones = root.names(in: folder).filter { name in
      name.hasPrefix("intel-rapl:") && name.count { $0 == ":" } == 1
        && root.line("\(folder)/\(name)/name")?.hasPrefix("package") == true
    }
    packages = zones.map { name in
      let range = root.line("\(folder)/\(name)/max_energy_range_uj").flatMap { UInt64($0) }
      return Package(path: "\(folder)/\(name)/energy_uj", range: range ?? 0)
    }
    self.root = root
    if packages.isEmpty { throw .noCounter }
    for package in packages {
      switch root.access(package.path, by: user, writing: false) {
      case .forbidden, .blocked: throw .forbidden(path: "/\(package.path)")
      case .allowed, .failed: break
      }
    }
    _ = try reading()
  }

  /// Reads the current values of the counters.
  ///
  /// - Throws: ``Trouble/unreadable(path:)`` if a counter cannot be read as a number.
  public func reading() throws(Trouble) -> Reading {
    var counts: [UInt64] = []
    for package in packages {
      guard let count = root.line(package.path).flatMap({ UInt64($0) }) else {
        throw .unreadable(path: "/\(package.path)")
      }
      counts.append(count)
    }
    return Reading(counts: counts)
  }

  /// Returns the energy between two readings, in joules. A smaller later value means one wrap: the usual range of
  /// 262 kJ lasts three quarters of an hour at 100 W.
  public func joules(from start: Reading, to end: Reading) -> Double {
    var sum = 0.0
    for (package, (first, last)) in zip(packages, zip(start.counts, end.counts)) {
      let isWrapped = last < first
      // With an unknown or wrong range, only the count since the wrap is certain.
      let beforeWrap = isWrapped && package.range > first ? Double(package.range - first) : 0
      sum += isWrapped ? beforeWrap + Double(last) : Double(last - first)
    }
    return sum / 1e6
  }
}

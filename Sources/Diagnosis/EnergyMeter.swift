/// The energy that the processor's packages have taken, as they count it themselves (RAPL): cores, caches, and the
/// graphics and the NPU that are in the same package; memory and the rest of the machine are not.
///
/// Linux shows the counters in `/sys/class/powercap/intel-rapl:*/energy_uj`, of AMD's processors, too.
public struct EnergyMeter: Sendable {
  private let root: RootFolder
  private let packages: [Package]

  /// A package and its counter.
  private struct Package {
    /// Of the counter: `sys/class/powercap/intel-rapl:0/energy_uj`.
    let path: String
    /// Microjoules after which the counter begins again at zero.
    let range: UInt64
  }

  /// Why the energy cannot be measured.
  public enum Trouble: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kernel shows no counter of a package: another processor, a virtual machine, a container.
    case noCounter
    /// Most systems let only root read them, since they betray what a processor computes.
    case forbidden(path: String)
    case unreadable(path: String)

    public var description: String {
      switch self {
      case .noCounter:
        "this machine shows no energy counter of a processor (intel-rapl in /sys/class/powercap)"
      case .forbidden(let path): "only root may read \(path); \(EnergyMeter.remedy) lets everybody"
      case .unreadable(let path): "\(path) cannot be read as a number"
      }
    }
  }

  /// The command that makes the counters readable until the next start of the machine.
  public static let remedy = "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"

  /// What the counters said at some time, in microjoules, in the order of the packages.
  public struct Reading: Sendable, Equatable {
    fileprivate let counts: [UInt64]
  }

  /// Looks for the counters and reads each once.
  ///
  /// - Parameters:
  ///   - root: The folder that is read as if it were `/`.
  ///   - user: Who asks.
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

  /// What the counters say now.
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

  /// Joules from one reading to a later one. A counter that has become smaller began again once; the usual range of
  /// 262 kJ lasts three quarters of an hour at 100 W.
  public func joules(from start: Reading, to end: Reading) -> Double {
    var sum = 0.0
    for (package, (first, last)) in zip(packages, zip(start.counts, end.counts)) {
      let isWrapped = last < first
      // Where the range is not known, or wrong, what is sure is what was counted since the wrap.
      let beforeWrap = isWrapped && package.range > first ? Double(package.range - first) : 0
      sum += isWrapped ? beforeWrap + Double(last) : Double(last - first)
    }
    return sum / 1e6
  }
}

import Diagnosis
import FoundationEssentials
import Testing

@Suite struct `The energy meter` {
  private static let folder = "sys/class/powercap"

  /// A machine with packages at these counts, and zones beside them that are not packages.
  private func machine(_ counts: [Int], range: Int = 1000) -> Root {
    var root = Root()
    for (index, count) in counts.enumerated() {
      let zone = "\(Self.folder)/intel-rapl:\(index)"
      root.files["\(zone)/name"] = "package-\(index)\n"
      root.files["\(zone)/energy_uj"] = "\(count)\n"
      root.files["\(zone)/max_energy_range_uj"] = "\(range)\n"
      root.files["\(zone):0/name"] = "core\n"
      root.files["\(zone):0/energy_uj"] = "7\n"
    }
    let platform = "\(Self.folder)/intel-rapl:\(counts.count)"
    root.files["\(platform)/name"] = "psys\n"
    root.files["\(platform)/energy_uj"] = "7\n"
    root.files["\(Self.folder)/intel-rapl-mmio:0/name"] = "package-0\n"
    root.files["\(Self.folder)/intel-rapl-mmio:0/energy_uj"] = "7\n"
    return root
  }

  /// The energy between two states of the counters, in joules.
  private func joules(_ counts: [Int], then later: [Int], range: Int = 1000) async throws -> Double {
    try await machine(counts, range: range).read { folder in
      let meter = try EnergyMeter(root: folder)
      let start = try meter.reading()
      for (index, count) in later.enumerated() {
        let counter = URL(filePath: "\(folder)/\(Self.folder)/intel-rapl:\(index)/energy_uj")
        try Data("\(count)\n".utf8).write(to: counter)
      }
      return meter.joules(from: start, to: try meter.reading())
    }
  }

  private func trouble(_ root: Root) async throws -> EnergyMeter.Trouble? {
    try await root.read { folder in
      do throws(EnergyMeter.Trouble) {
        _ = try EnergyMeter(root: folder, user: root.user)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func `the energy of all packages is added up without counting a part twice`() async throws {
    #expect(try await joules([5, 10], then: [105, 30], range: 1000) == 120e-6)
  }

  @Test func `an energy counter that wraps once is measured across the wrap`() async throws {
    #expect(try await joules([900], then: [50]) == 150e-6)
    #expect(try await joules([900, 0], then: [50, 100]) == 250e-6)
  }

  @Test func `an energy counter above its stated range counts only since the wrap`() async throws {
    #expect(try await joules([900], then: [50], range: 0) == 50e-6)
  }

  @Test func `a machine without an energy counter is reported`() async throws {
    #expect(try await trouble(Root()) == .noCounter)
    #expect(try await trouble(machine([])) == .noCounter)
  }

  @Test(arguments: ["", "many\n", "-1\n", "99999999999999999999999\n"])
  func `an energy counter that is not a number is named in the error`(content: String) async throws {
    var root = machine([1])
    root.files["\(Self.folder)/intel-rapl:0/energy_uj"] = content
    #expect(
      try await trouble(root) == .unreadable(path: "/\(Self.folder)/intel-rapl:0/energy_uj"))
  }

  @Test func `an energy counter missing inside a container is named in the error`() async throws {
    var root = machine([1])
    root.files["\(Self.folder)/intel-rapl:0/energy_uj"] = nil
    #expect(try await trouble(root) == .unreadable(path: "/\(Self.folder)/intel-rapl:0/energy_uj"))
  }

  @Test func `an energy counter that only root may read is reported with the command that opens it`()
    async throws
  {
    var root = machine([1, 2])
    root.modes["\(Self.folder)/intel-rapl:1/energy_uj"] = 0o400
    let text = try #require(try await trouble(root)).description
    #expect(text.contains("only root may read /sys/class/powercap/intel-rapl:1/energy_uj"))
    #expect(text.contains("sudo chmod a+r"))
  }
}

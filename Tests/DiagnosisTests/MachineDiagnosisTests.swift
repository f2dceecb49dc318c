import Diagnosis
import FoundationEssentials
import Support
import Testing

@Suite struct `The machine's diagnosis` {
  @Test func `the report describes the machine's system, processor and memory`() async throws {
    let findings = try await Root().findings()
    #expect(findings[.machine, "system"]?.text == "Ubuntu 24.04.3 LTS, Linux 6.17.0-29-generic")
    #expect(
      findings[.machine, "processor"]?.text
        == "Intel(R) Core(TM) Ultra 7 265K, 2 threads, AVX2, AVX-VNNI")
    #expect(findings[.machine, "memory"]?.text == "24.5 GB of 33.5 GB available")
  }

  @Test func `a processor without AVX2 and too little memory are warnings`() async throws {
    var root = Root()
    root.files["proc/cpuinfo"] = "processor: 0\nflags: sse4_2 hypervisor\n"
    root.files["proc/meminfo"] = "MemTotal: 1000000 kB\nMemAvailable: 900000 kB\n"
    let findings = try await root.findings()
    #expect(findings.warnings == ["processor", "memory"])
    #expect(findings[.machine, "processor"]?.remedy == "give the virtual machine the processor type 'host'")
    #expect(
      findings[.machine, "memory"]?.text == "0.9 GB of 1.0 GB available: a full-size model needs 1.6 GB")
  }

  @Test func `a processor with ARM's NEON is ok`() async throws {
    var root = Root()
    root.files["proc/cpuinfo"] = "processor: 0\nFeatures: fp asimd bf16\n"
    #expect(try await root.findings()[.machine, "processor"]?.verdict == .ok)
  }

  @Test func `the report says whether the energy counter is missing, readable or for root only`() async throws
  {
    var root = Root()
    #expect(try await root.findings()[.machine, "energy"]?.text == "this machine shows no energy counter")
    root.files["sys/class/powercap/intel-rapl:0/energy_uj"] = "1\n"
    #expect(try await root.findings()[.machine, "energy"]?.verdict == .ok)
    root.modes["sys/class/powercap/intel-rapl:0/energy_uj"] = 0o400
    let finding = try await root.findings()[.machine, "energy"]
    #expect(finding?.verdict == .note && finding?.remedy?.hasPrefix("sudo chmod a+r") == true)
  }

  // MARK: The GPU

  @Test func `an Intel GPU is checked from its render node to OpenVINO's list`() async throws {
    var root = Root()
    root.addPCI("7d67", kind: "030000", at: "0000:00:02.0")
    #expect(try await root.findings().warnings == ["node"])
    root.files["dev/dri/renderD128"] = ""
    root.modes["dev/dri/renderD128"] = 0o660
    #expect(try await root.findings()[.gpu, "node"]?.remedy?.contains("sudo usermod -aG") == true)
    root.modes["dev/dri/renderD128"] = 0o666
    let findings = try await root.findings()
    #expect(findings.warnings == ["openvino"])
    #expect(findings[.gpu, "openvino"]?.remedy == "sudo apt install intel-opencl-icd")
    #expect(try await root.findings(devices: ["CPU", "GPU"]).warnings.isEmpty)
  }

  @Test func `render nodes of other vendors are ignored`() async throws {
    var root = Root()
    root.addPCI("7d67", kind: "030000", at: "0000:00:02.0")
    root.files["dev/dri/renderD128"] = ""
    root.files["sys/class/drm/renderD128/device/vendor"] = "0x1002\n"
    #expect(try await root.facts().renderNodes.isEmpty)
  }

  // MARK: Garbage

  /// All files that the diagnosis reads.
  private static let paths = [
    "proc/cpuinfo", "proc/meminfo", "proc/modules", "proc/1/cgroup", "proc/sys/kernel/osrelease",
    "etc/passwd",
    "etc/group", "etc/os-release", "run/systemd/container", "var/lib/dpkg/status",
    "lib/modules/6.17.0-29-generic/modules.dep", "sys/bus/pci/devices/0000:00:0b.0/vendor",
    "sys/bus/pci/devices/0000:00:0b.0/device", "sys/bus/pci/devices/0000:00:0b.0/class",
    "sys/class/accel/accel0/device/vendor", "sys/class/accel/accel0/device/device",
    "sys/class/accel/accel0/device/npu_busy_time_us", "sys/module/intel_vpu/parameters/force_snoop",
    "sys/class/drm/renderD128/device/vendor", "sys/class/powercap/intel-rapl:0/energy_uj",
  ]

  private static let garbage: [String] = {
    var generator = SeededGenerator(seed: 9)
    let noise = (0..<1024).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return [
      "", "\n\n\n", ":", "=::\n:=\n", String(decoding: noise, as: UTF8.self),
      "0xffffffffffffffffffff\n", "-1\n", "99999999999999999999999999999 kB\n",
      "MemTotal: 9223372036854775807 kB\nMemAvailable: -9223372036854775808 kB\n",
      "Package: \nStatus: installed\nVersion: \nPackage: libze1\nStatus: x installed\nVersion: 99999999999999999999.1\n",
      "a:b:c:d\na:x:-1:\n::::\n", String(repeating: "x", count: 1 << 12),
    ]
  }()

  @Test(arguments: paths) func `the diagnosis survives garbage in any one file`(path: String) async throws {
    var root = Root.lunarLake
    root.files["dev/dri/renderD128"] = ""
    root.files[path] = ""
    let counts = try await root.read { folder in
      try Self.garbage.map { content in
        try Data(content.utf8).write(to: URL(filePath: "\(folder)/\(path)"))
        let facts = MachineReader(root: folder, user: root.user).facts()
        return Diagnosis.findings(facts, openVINOVersion: content, openVINODevices: ["CPU"]).count
      }
    }
    #expect(counts.allSatisfy { $0 > 3 })
  }

  @Test
  func `the diagnosis survives garbage in all files, missing permissions, and folders in place of files`()
    async throws
  {
    var root = Root.lunarLake
    for content in Self.garbage {
      for path in Self.paths { root.files[path] = content }
      #expect(try await !root.findings().isEmpty)
    }
    for path in Self.paths { root.modes[path] = 0 }
    #expect(try await !root.findings().isEmpty)
    root = Root()
    root.files = Dictionary(uniqueKeysWithValues: Self.paths.map { ("\($0)/folder", "") })
    root.links["\(Root.libraries)/libze_loader.so.1"] = "libze_loader.so.1"
    #expect(try await !root.findings().isEmpty)
    #expect(
      Diagnosis.findings(MachineReader(root: "/nowhere").facts(), openVINOVersion: "", openVINODevices: [])
        .count > 3)
  }
}

import Diagnosis
import FoundationEssentials
import Support

/// A made-up root folder of a machine: files by their paths.
struct Root {
  var files: [String: String] = [
    "proc/cpuinfo": """
    processor\t: 0
    model name\t: Intel(R) Core(TM) Ultra 7 265K
    flags\t\t: fpu sse4_2 avx2 avx_vnni f16c

    processor\t: 1
    model name\t: Intel(R) Core(TM) Ultra 7 265K
    flags\t\t: fpu sse4_2 avx2 avx_vnni f16c

    """,
    "proc/meminfo": "MemTotal:       32768000 kB\nMemFree: 1000 kB\nMemAvailable:   24000000 kB\n",
    "proc/sys/kernel/osrelease": "6.17.0-29-generic\n",
    "proc/modules": "i915 4583424 22 - Live 0x0000000000000000\n",
    "etc/os-release": "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nVERSION_ID=\"24.04\"\nID=ubuntu\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna,,,:/home/anna:/bin/bash\n",
  ]
  var links: [String: String] = [:]
  /// The permission bits of files that do not have the default ones.
  var modes: [String: Int] = [:]
  /// The user who asks. The files of made-up roots belong to the user who runs the tests: only an unused ID is outside
  /// of their owner and group.
  var user = User(id: 54_321, groups: [54_321])
  var libraryFolders: [String] = []

  static let libraries = "usr/lib/x86_64-linux-gnu"

  mutating func addPCI(_ device: String, kind: String, at address: String = "0000:00:0b.0") {
    let folder = "sys/bus/pci/devices/\(address)"
    files["\(folder)/vendor"] = "0x8086\n"
    files["\(folder)/device"] = "0x\(device)\n"
    files["\(folder)/class"] = "0x\(kind)\n"
  }

  mutating func addNPU(_ device: String = "ad1d") { addPCI(device, kind: "120000") }

  mutating func loadModule(_ device: String = "ad1d") {
    files["proc/modules", default: ""] += "intel_vpu 262144 0 - Live 0x0000000000000000\n"
    files["sys/class/accel/accel0/device/vendor"] = "0x8086\n"
    files["sys/class/accel/accel0/device/device"] = "0x\(device)\n"
    files["sys/class/accel/accel0/device/npu_busy_time_us"] = "123456\n"
  }

  mutating func addNode(mode: Int = 0o666) {
    files["dev/accel/accel0"] = ""
    modes["dev/accel/accel0"] = mode
  }

  mutating func addLoader(_ version: String) {
    addLibrary("libze_loader.so.1", version)
  }

  mutating func addDriver(_ version: String) {
    addLibrary("libze_intel_npu.so.1", version)
    files["\(Self.libraries)/libnpu_driver_compiler.so"] = ""
    files["var/lib/dpkg/status", default: ""] += """
      Package: intel-level-zero-npu
      Status: install ok installed
      Version: \(version).20260529-26625960453


      """
  }

  mutating func addLibrary(_ name: String, _ version: String) {
    let file = name.dropLast(1) + version
    files["\(Self.libraries)/\(file)"] = ""
    links["\(Self.libraries)/\(name)"] = String(file)
  }

  /// A complete Lunar Lake installation.
  static var lunarLake: Root {
    var root = Root()
    root.addNPU("643e")
    root.loadModule("643e")
    root.addNode()
    root.addLoader("1.34.0")
    root.addDriver("1.39.1")
    return root
  }

  /// Writes the folder and reads the facts.
  func facts() async throws -> MachineFacts {
    try await read { MachineReader(root: $0, user: user, libraryFolders: libraryFolders).facts() }
  }

  func read<Value>(_ body: (String) throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { directory in
      let manager = FileManager.default
      for (path, content) in files {
        let file = directory.appending(path: path)
        try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: file)
      }
      for (path, target) in links {
        let link = directory.appending(path: path)
        try manager.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        try manager.createSymbolicLink(atPath: link.path, withDestinationPath: target)
      }
      for (path, mode) in modes {
        try manager.setAttributes(
          [.posixPermissions: mode], ofItemAtPath: directory.appending(path: path).path)
      }
      return try body(directory.path)
    }
  }

  func findings(
    openVINO: String = "2026.4.1-21542-abc", devices: [String] = ["CPU"]
  ) async throws -> [Finding] {
    Diagnosis.findings(try await facts(), openVINOVersion: openVINO, openVINODevices: devices)
  }

  func explanation(devices: [String] = ["CPU"]) async throws -> String {
    Diagnosis.npuExplanation(try await facts(), openVINOVersion: "2026.4.1", openVINODevices: devices)
  }
}

extension [Finding] {
  subscript(_ subject: Subject, _ check: String) -> Finding? {
    first { $0.subject == subject && $0.check == check }
  }

  /// The names of the checks that failed, in order: "loader", "driver".
  var errors: [String] { filter { $0.verdict == .error }.map(\.check) }
  var warnings: [String] { filter { $0.verdict == .warning }.map(\.check) }
}

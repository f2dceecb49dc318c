import Support
import Testing

@testable import Diagnosis

@Suite struct `The NPU's diagnosis` {
  @Test func `finds nothing wrong with Lunar Lake when all is well`() async throws {
    let findings = try await Root.lunarLake.findings(devices: ["CPU", "NPU"])
    #expect(findings.filter { $0.subject == .npu }.allSatisfy { $0.verdict == .ok })
    #expect(findings.errors.isEmpty && findings.warnings.isEmpty)
    #expect(findings[.npu, "device"]?.text == "Lunar Lake's NPU (8086:643e, 40xx) at 0000:00:0b.0")
    #expect(findings[.npu, "driver"]?.text.hasSuffix("goes with OpenVINO 2026.4.1") == true)
    #expect(
      try await Root.lunarLake.explanation(devices: ["CPU", "NPU"])
        == "the NPU, its driver and its libraries look well")
  }

  @Test(arguments: [
    ("7d1d", "Meteor Lake", "37xx"), ("ad1d", "Arrow Lake", "37xx"), ("643e", "Lunar Lake", "40xx"),
    ("b03e", "Panther Lake", "50xx"), ("fd3e", "Wildcat Lake", "50xx"), ("d71d", "Nova Lake", "60xx"),
  ])
  func `knows the NPU by its number on the bus`(id: String, name: String, architecture: String) async throws {
    var root = Root()
    root.addNPU(id)
    let text = try await root.findings()[.npu, "device"]?.text
    #expect(text == "\(name)'s NPU (8086:\(id), \(architecture)) at 0000:00:0b.0")
  }

  @Test func `has nothing against a machine without an Intel device`() async throws {
    let findings = try await Root().findings()
    #expect(findings.errors.isEmpty && findings.warnings.isEmpty)
    #expect(findings[.npu, "device"]?.verdict == .note)
    #expect(findings[.gpu, "device"]?.verdict == .note)
    #expect(try await Root().explanation() == "this machine shows no Intel NPU")
    var machine = Root()
    machine.files["proc/cpuinfo"] = "processor: 0\nflags: avx2 hypervisor\n"
    #expect(try await machine.explanation().hasSuffix("one must be passed through to it"))
  }

  @Test func `leaves an accelerator alone that it does not know`() async throws {
    var root = Root()
    root.addNPU("abcd")
    let findings = try await root.findings()
    #expect(findings.errors.isEmpty)
    #expect(findings[.npu, "device"]?.verdict == .note)
    #expect(findings[.npu, "device"]?.text.contains("8086:abcd") == true)
  }

  // MARK: The kernel's part

  @Test func `names the module that is not loaded on Arrow Lake`() async throws {
    var root = Root()
    root.addNPU()
    root.addLoader("1.34.0")
    root.addDriver("1.39.1")
    let findings = try await root.findings()
    #expect(findings.errors == ["module"])
    #expect(findings[.npu, "module"]?.remedy == "sudo modprobe intel_vpu")
    #expect(
      try await root.explanation()
        == "the kernel module intel_vpu is not loaded; what helps: sudo modprobe intel_vpu")
  }

  @Test func `asks for a kernel that has the module`() async throws {
    var root = Root()
    root.addNPU()
    root.files["proc/sys/kernel/osrelease"] = "6.1.0-40-amd64\n"
    root.files["etc/os-release"] = "ID=debian\nVERSION_ID=\"12\"\n"
    root.files["lib/modules/6.1.0-40-amd64/modules.dep"] = "kernel/drivers/gpu/drm/i915/i915.ko: \n"
    let module = try await root.findings()[.npu, "module"]
    #expect(module?.text == "this kernel has no module intel_vpu")
    #expect(module?.remedy?.contains("bookworm-backports") == true)
    root.files["lib/modules/6.1.0-40-amd64/modules.dep"] = "kernel/drivers/accel/ivpu/intel_vpu.ko.zst: \n"
    #expect(try await root.findings()[.npu, "module"]?.remedy == "sudo modprobe intel_vpu")
  }

  @Test func `names the firmware without which there is no node on Arrow Lake`() async throws {
    var root = Root.lunarLake
    root.addNPU("ad1d")
    root.files = root.files.filter { !$0.key.hasPrefix("sys/class/accel") && !$0.key.hasPrefix("dev/accel") }
    root.modes = [:]
    let findings = try await root.findings()
    #expect(findings.errors == ["firmware"])
    #expect(findings[.npu, "firmware"]?.text.contains("vpu_37xx") == true)
    #expect(findings[.npu, "firmware"]?.remedy?.contains("v1.39.1") == true)
    root.files["lib/firmware/updates/intel/vpu/vpu_37xx_v1.bin"] = ""
    #expect(try await root.findings().errors == ["node"])
    #expect(try await root.findings()[.npu, "node"]?.remedy?.contains("dmesg") == true)
  }

  @Test func `misses the node of an NPU that the kernel drives`() async throws {
    var root = Root.lunarLake
    root.files["dev/accel/accel0"] = nil
    root.modes = [:]
    let findings = try await root.findings()
    #expect(findings.errors == ["node"])
    #expect(findings[.npu, "node"]?.remedy == "sudo udevadm trigger --subsystem-match=accel")
  }

  @Test func `reads who may open the node`() async throws {
    var root = Root.lunarLake
    root.modes["dev/accel/accel0"] = 0o660
    let node = try #require(try await root.facts().acceleratorNodes.first)
    #expect(node.access == .forbidden && node.mode == 0o660 && !node.listsUser)
    root.files["etc/passwd"] = "otto:x:\(node.ownerID):0::/:\nanna:x:54321:54321::/home/anna:/bin/sh\n"
    root.files["etc/group"] = "render:x:\(node.groupID):otto,anna\n"
    let named = try #require(try await root.facts().acceleratorNodes.first)
    #expect(named.owner == "otto" && named.group == "render" && named.listsUser)
    root.user = User(id: 54_321, groups: [node.groupID])
    #expect(try await root.facts().acceleratorNodes.first?.access == .allowed)
  }

  @Test(arguments: [
    (UInt32(993), UInt32(0o660), false, FileAccess.forbidden, "sudo usermod -aG render anna"),
    (993, 0o660, true, .forbidden, "log out and in again, or: newgrp render"),
    // A group of root's is nobody's to join: the rule that gives the node to the group 'render' is missing.
    (0, 0o660, false, .forbidden, "/etc/udev/rules.d"), (993, 0o600, false, .forbidden, "/etc/udev/rules.d"),
    (993, 0o660, false, .blocked, "give the container"),
    (993, 0o660, false, .failed("No such device"), "sudo modprobe -r intel_vpu"),
  ])
  func `says what lets the user open the node`(
    group: UInt32, mode: UInt32, listsUser: Bool, access: FileAccess, remedy: String
  ) async throws {
    var facts = try await Root.lunarLake.facts()
    facts.userName = "anna"
    facts.acceleratorNodes = [
      DeviceNode(
        path: "/dev/accel/accel0", ownerID: 0, groupID: group, owner: "root", group: "render",
        listsUser: listsUser, mode: mode, access: access)
    ]
    let findings = Diagnosis.findings(facts, openVINOVersion: "2026.4.1", openVINODevices: ["CPU"])
    #expect(findings.errors == ["node"])
    #expect(
      findings[.npu, "node"]?.text.contains("/dev/accel/accel0 (root:render 0\(String(mode, radix: 8)))")
        == true)
    #expect(findings[.npu, "node"]?.remedy?.contains(remedy) == true)
  }

  @Test func `asks a virtual machine to force snooping`() async throws {
    var root = Root.lunarLake
    root.files["proc/cpuinfo"] = "processor: 0\nflags: avx2 hypervisor\n"
    root.files["sys/module/intel_vpu/parameters/force_snoop"] = "N\n"
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings.warnings == ["snoop"] && findings.errors.isEmpty)
    #expect(findings[.npu, "snoop"]?.remedy?.contains("options intel_vpu force_snoop=1") == true)
    root.files["sys/module/intel_vpu/parameters/force_snoop"] = "Y\n"
    #expect(try await root.findings(devices: ["CPU", "NPU"]).warnings.isEmpty)
  }

  // MARK: Containers

  @Test(arguments: [
    (".dockerenv", "", "docker run --device /dev/accel/accel0 --group-add $(stat -c %g /dev/accel/accel0)"),
    ("run/.containerenv", "", "podman run --device /dev/accel/accel0"),
    ("proc/1/cgroup", "0::/lxc/101/init.scope\n", "pct set ID --dev0 /dev/accel/accel0"),
    ("proc/1/cgroup", "1:cpu:/kubepods/burstable/pod1\n", "device plugin"),
    ("run/systemd/container", "systemd-nspawn\n", "give the container /dev/accel/accel0"),
  ])
  func `says how a container is given the NPU`(path: String, content: String, remedy: String) async throws {
    var root = Root.lunarLake
    root.files["dev/accel/accel0"] = nil
    root.modes = [:]
    root.files[path] = content
    let findings = try await root.findings()
    #expect(findings.errors == ["node"])
    #expect(findings[.npu, "node"]?.text == "the container was not given /dev/accel/accel0")
    #expect(findings[.npu, "node"]?.remedy?.contains(remedy) == true)
  }

  @Test func `says how a container's program comes into the node's group`() async throws {
    var root = Root.lunarLake
    root.modes["dev/accel/accel0"] = 0o660
    root.files[".dockerenv"] = ""
    #expect(
      try await root.findings()[.npu, "node"]?.remedy?.contains("--group-add $(stat -c %g /dev/accel/accel0)")
        == true)
  }

  // MARK: The libraries

  @Test func `knows the loader that does not find today's driver`() async throws {
    var root = Root.lunarLake
    root.links["\(Root.libraries)/libze_loader.so.1"] = nil
    root.addLoader("1.16.1")
    let findings = try await root.findings()
    #expect(findings.errors == ["loader"])
    #expect(findings[.npu, "loader"]?.text.contains("libze_intel_vpu.so.1") == true)
    let remedy = try #require(findings[.npu, "loader"]?.remedy)
    #expect(remedy.contains("libze1_1.28.6+u24.04_amd64.deb"))
    #expect(remedy.contains("8af9dc06d9684a20a3f43754fe109968fba2ba085cfa572a4cc6ef0272f9bcd1"))
  }

  @Test func `reads a loader's version from the package where its file does not say`() async throws {
    var root = Root.lunarLake
    root.links["\(Root.libraries)/libze_loader.so.1"] = nil
    root.files["\(Root.libraries)/libze_loader.so.1"] = ""
    root.files["var/lib/dpkg/status", default: ""] += """
      Package: libze1
      Status: install ok installed
      Version: 1.16.1-1

      """
    #expect(try await root.findings().errors == ["loader"])
    root.files["var/lib/dpkg/status"] = nil
    #expect(try await root.findings()[.npu, "loader"]?.verdict == .note)
  }

  @Test func `misses the driver beside loader 1.28`() async throws {
    var root = Root()
    root.addNPU()
    root.loadModule()
    root.addNode()
    root.addLoader("1.28.6")
    let findings = try await root.findings()
    #expect(findings.errors == ["driver", "compiler"])
    #expect(findings[.npu, "loader"]?.verdict == .ok)
    #expect(findings[.npu, "loader"]?.text.hasSuffix("; driver 1.39.1 was released with 1.34.0") == true)
    #expect(findings[.npu, "driver"]?.remedy?.contains("linux-npu-driver/releases/tags/v1.39.1") == true)
    #expect(
      try await root.explanation().hasPrefix("the NPU's driver, libze_intel_npu.so.1, is not there; what"))
  }

  @Test func `takes an old loader with a driver of its age`() async throws {
    var root = Root.lunarLake
    root.links = [:]
    root.addLoader("1.16.1")
    root.addLibrary("libze_intel_vpu.so.1", "1.13.0")
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings[.npu, "loader"]?.verdict == .ok)
    #expect(findings.warnings == ["driver"])
  }

  @Test func `warns of a driver that is left over`() async throws {
    var root = Root.lunarLake
    root.addLibrary("libze_intel_vpu.so.1", "1.13.0")
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings.warnings == ["former driver"])
    #expect(
      findings[.npu, "former driver"]?.remedy == "sudo rm /usr/lib/x86_64-linux-gnu/libze_intel_vpu.so.1*")
  }

  @Test func `misses the compiler, which may also lie beside OpenVINO`() async throws {
    var root = Root.lunarLake
    root.files["\(Root.libraries)/libnpu_driver_compiler.so"] = nil
    #expect(try await root.findings().errors == ["compiler"])
    root.files["opt/openvino/libopenvino_intel_npu_compiler.so"] = ""
    root.libraryFolders = ["/opt/openvino"]
    #expect(try await root.findings(devices: ["CPU", "NPU"]).errors.isEmpty)
  }

  @Test(arguments: [
    ("1.33.0", "2026.4.1-21542-abc", Verdict.warning), ("1.39.1", "2026.4.1", .ok),
    ("1.40.0", "2026.4.1", .ok),
    ("1.33.0", "2026.2.0", .ok), ("1.24.0", "2026.2.0", .warning), ("1.24.0", "2025.3.0", .ok),
    ("1.30.0", "2026.1.0", .ok), ("1.10.0", "2024.4.0", .ok), ("1.33.0", "no version", .ok),
  ])
  func `pairs driver and OpenVINO`(driver: String, openVINO: String, verdict: Verdict) async throws {
    var root = Root.lunarLake
    root.links["\(Root.libraries)/libze_intel_npu.so.1"] = nil
    root.addDriver(driver)
    let finding = try await root.findings(openVINO: openVINO, devices: ["CPU", "NPU"])[.npu, "driver"]
    #expect(finding?.verdict == verdict)
    if verdict == .warning {
      #expect(finding?.text.contains("older than OpenVINO \(openVINO.prefix(8))") == true)
    }
  }

  @Test func `shows the way on when everything is there and the NPU is not listed`() async throws {
    let findings = try await Root.lunarLake.findings()
    #expect(findings.errors == ["openvino"])
    #expect(findings[.npu, "openvino"]?.remedy?.hasPrefix("ZE_ENABLE_LOADER_DEBUG_TRACE=1") == true)
  }

  @Test func `believes OpenVINO more than its own search`() async throws {
    var root = Root.lunarLake
    root.links = [:]
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings.errors.isEmpty)
    #expect(findings.warnings == ["loader", "driver"])
  }

  @Test func `tells the memory that compiling takes`() async throws {
    var root = Root.lunarLake
    root.files["proc/meminfo"] = "MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n"
    let memory = try await root.findings(devices: ["CPU", "NPU"])[.npu, "memory"]
    #expect(memory?.text == "3.0 GB of memory are available; compiling a model for the NPU may take 5.0 GB")
  }

  // MARK: Proof of execution

  @Test func `reads the time that the NPU was busy`() async throws {
    #expect(try await Root.lunarLake.read { NPUBusyTime(root: $0).microseconds() } == 123_456)
    #expect(try await Root().read { NPUBusyTime(root: $0).microseconds() } == nil)
    var root = Root.lunarLake
    root.files["sys/class/accel/accel0/device/npu_busy_time_us"] = "99999999999999999999999\n"
    #expect(try await root.read { NPUBusyTime(root: $0).microseconds() } == nil)
  }
}

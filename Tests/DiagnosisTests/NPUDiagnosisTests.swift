import Support
import Testing

@testable import Diagnosis

@Suite struct `The NPU's diagnosis` {
  @Test func `a complete Lunar Lake installation has no errors or warnings`() async throws {
    let findings = try await Root.lunarLake.findings(devices: ["CPU", "NPU"])
    #expect(findings.filter { $0.subject == .npu }.allSatisfy { $0.verdict == .ok })
    #expect(findings.errors.isEmpty && findings.warnings.isEmpty)
    #expect(findings[.npu, "device"]?.text == "Lunar Lake's NPU (8086:643e, 40xx) at 0000:00:0b.0")
    #expect(findings[.npu, "driver"]?.text.hasSuffix("goes with OpenVINO 2026.4.1") == true)
    #expect(
      try await Root.lunarLake.explanation(devices: ["CPU", "NPU"])
        == "the NPU, its driver and its libraries look fine")
  }

  @Test(arguments: [
    ("7d1d", "Meteor Lake", "37xx"), ("ad1d", "Arrow Lake", "37xx"), ("643e", "Lunar Lake", "40xx"),
    ("b03e", "Panther Lake", "50xx"), ("fd3e", "Wildcat Lake", "50xx"), ("d71d", "Nova Lake", "60xx"),
  ])
  func `an NPU is named by its device ID on the bus`(id: String, name: String, architecture: String)
    async throws
  {
    var root = Root()
    root.addNPU(id)
    let text = try await root.findings()[.npu, "device"]?.text
    #expect(text == "\(name)'s NPU (8086:\(id), \(architecture)) at 0000:00:0b.0")
  }

  @Test func `a machine without an Intel NPU or GPU gets notes but no warnings`() async throws {
    let findings = try await Root().findings()
    #expect(findings.errors.isEmpty && findings.warnings.isEmpty)
    #expect(findings[.npu, "device"]?.verdict == .note)
    #expect(findings[.gpu, "device"]?.verdict == .note)
    #expect(try await Root().explanation() == "this machine shows no Intel NPU")
    var machine = Root()
    machine.files["proc/cpuinfo"] = "processor: 0\nflags: avx2 hypervisor\n"
    #expect(try await machine.explanation().hasSuffix("one must be passed through to it"))
  }

  @Test func `an unknown Intel accelerator is a note`() async throws {
    var root = Root()
    root.addNPU("abcd")
    let findings = try await root.findings()
    #expect(findings.errors.isEmpty)
    #expect(findings[.npu, "device"]?.verdict == .note)
    #expect(findings[.npu, "device"]?.text.contains("8086:abcd") == true)
  }

  // MARK: Kernel

  @Test func `an NPU module that is not loaded on Arrow Lake is named with modprobe`() async throws {
    var root = Root()
    root.addNPU()
    root.addLoader("1.34.0")
    root.addDriver("1.39.1")
    let findings = try await root.findings()
    #expect(findings.errors == ["module"])
    #expect(findings[.npu, "module"]?.remedy == "sudo modprobe intel_vpu")
    #expect(
      try await root.explanation()
        == "the kernel module intel_vpu is not loaded; to fix this: sudo modprobe intel_vpu")
  }

  @Test func `a kernel without the NPU module is an error with the kernel to install`() async throws {
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

  @Test func `missing NPU firmware on Arrow Lake is named`() async throws {
    var root = Root.lunarLake
    root.addNPU("ad1d")
    root.files = root.files.filter { !$0.key.hasPrefix("sys/class/accel") && !$0.key.hasPrefix("dev/accel") }
    root.modes = [:]
    let findings = try await root.findings()
    #expect(findings.errors == ["firmware"])
    #expect(findings[.npu, "firmware"]?.text.contains("vpu_37xx") == true)
    #expect(findings[.npu, "firmware"]?.remedy?.contains("v1.38.0") == true)
    root.files["lib/firmware/updates/intel/vpu/vpu_37xx_v1.bin"] = ""
    #expect(try await root.findings().errors == ["node"])
    #expect(try await root.findings()[.npu, "node"]?.remedy?.contains("dmesg") == true)
  }

  @Test func `a missing device node of a driven NPU is an error`() async throws {
    var root = Root.lunarLake
    root.files["dev/accel/accel0"] = nil
    root.modes = [:]
    let findings = try await root.findings()
    #expect(findings.errors == ["node"])
    #expect(findings[.npu, "node"]?.remedy == "sudo udevadm trigger --subsystem-match=accel")
  }

  @Test func `the NPU's device node is read with owner, group and access`() async throws {
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
    // No user should join root's group: the rule that gives the node to the group 'render' is missing.
    (0, 0o660, false, .forbidden, "/etc/udev/rules.d"), (993, 0o600, false, .forbidden, "/etc/udev/rules.d"),
    (993, 0o660, false, .blocked, "give the container"),
    (993, 0o660, false, .failed("No such device"), "sudo modprobe -r intel_vpu"),
  ])
  func `an NPU node that cannot be opened is an error with the command that fixes it`(
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

  @Test func `a virtual machine without forced snooping for the NPU is a warning`() async throws {
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
  func `an NPU not passed to the container is an error with the option that passes it`(
    path: String, content: String, remedy: String
  ) async throws {
    var root = Root.lunarLake
    root.files["dev/accel/accel0"] = nil
    root.modes = [:]
    root.files[path] = content
    let findings = try await root.findings()
    #expect(findings.errors == ["node"])
    #expect(findings[.npu, "node"]?.text == "the container was not given /dev/accel/accel0")
    #expect(findings[.npu, "node"]?.remedy?.contains(remedy) == true)
  }

  @Test func `an NPU forbidden in a container is an error with the option that adds its group`() async throws
  {
    var root = Root.lunarLake
    root.modes["dev/accel/accel0"] = 0o660
    root.files[".dockerenv"] = ""
    #expect(
      try await root.findings()[.npu, "node"]?.remedy?.contains("--group-add $(stat -c %g /dev/accel/accel0)")
        == true)
  }

  // MARK: Libraries

  @Test func `a Level Zero loader too old to find current NPU drivers is an error`() async throws {
    var root = Root.lunarLake
    root.links["\(Root.libraries)/libze_loader.so.1"] = nil
    root.addLoader("1.16.1")
    let findings = try await root.findings()
    #expect(findings.errors == ["loader"])
    #expect(findings[.npu, "loader"]?.text.contains("libze_intel_vpu.so.1") == true)
    let remedy = try #require(findings[.npu, "loader"]?.remedy)
    #expect(remedy.contains("libze1_1.34.0+u24.04_amd64.deb"))
    #expect(remedy.contains("45210e4549cd965ad7b9f160eefe53cbcdba01af341bea7ac7ba0aedeeb613ba"))
  }

  @Test func `a Level Zero loader's version is read from the package if its file name has none`() async throws
  {
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

  @Test func `a Level Zero loader without functions that OpenVINO calls is too old, whatever its version`()
    async throws
  {
    let all = [
      "zeInitDrivers", "zeCommandListHostSynchronize", "zeCommandListGetNextCommandIdExp",
      "zeCommandListUpdateMutableCommandsExp",
    ]
    var root = Root.lunarLake
    let file = "\(Root.libraries)/libze_loader.so.1.34.0"
    root.files[file] = "\u{7F}ELF " + all.joined(separator: "\0") + "\0"
    #expect(try await root.findings()[.npu, "loader"]?.verdict == .ok)
    root.files[file] = "\u{7F}ELF " + all.dropFirst().joined(separator: "\0") + "\0"
    let finding = try #require(await root.findings()[.npu, "loader"])
    #expect(finding.verdict == .error)
    #expect(finding.text.hasSuffix("is too old for OpenVINO: it has no zeInitDrivers"))
  }

  @Test func `a missing NPU driver beside loader 1.28 is an error`() async throws {
    var root = Root()
    root.addNPU()
    root.loadModule()
    root.addNode()
    root.addLoader("1.28.6")
    let findings = try await root.findings()
    #expect(findings.errors == ["driver", "compiler"])
    #expect(findings[.npu, "loader"]?.verdict == .ok)
    #expect(findings[.npu, "loader"]?.text.hasSuffix("; driver 1.39.1 was released with 1.34.0") == true)
    #expect(findings[.npu, "driver"]?.remedy?.contains("linux-npu-driver/releases/tags/v1.38.0") == true)
    #expect(
      try await root.explanation().hasPrefix("the NPU's driver, libze_intel_npu.so.1, is missing; to fix"))
  }

  @Test func `an old Level Zero loader with a driver of its age is accepted`() async throws {
    var root = Root.lunarLake
    root.links = [:]
    root.addLoader("1.16.1")
    root.addLibrary("libze_intel_vpu.so.1", "1.13.0")
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings[.npu, "loader"]?.verdict == .ok)
    #expect(findings.warnings == ["driver"])
  }

  @Test func `an NPU driver left over under its old name is a warning`() async throws {
    var root = Root.lunarLake
    root.addLibrary("libze_intel_vpu.so.1", "1.13.0")
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings.warnings == ["former driver"])
    #expect(
      findings[.npu, "former driver"]?.remedy == "sudo rm /usr/lib/x86_64-linux-gnu/libze_intel_vpu.so.1*")
  }

  @Test func `a missing NPU compiler is an error unless one is beside OpenVINO`() async throws {
    var root = Root.lunarLake
    root.files["\(Root.libraries)/libnpu_driver_compiler.so"] = nil
    #expect(try await root.findings().errors == ["compiler"])
    root.files["opt/openvino/libopenvino_intel_npu_compiler.so"] = ""
    root.libraryFolders = ["/opt/openvino"]
    #expect(try await root.findings(devices: ["CPU", "NPU"]).errors.isEmpty)
  }

  @Test(arguments: [
    ("1.33.0", "2026.4.1-21542-abc", Verdict.warning), ("1.39.1", "2026.4.1", .ok),
    ("1.38.0", "2026.4.1", .ok),
    ("1.40.0", "2026.4.1", .ok),
    ("1.33.0", "2026.2.0", .ok), ("1.24.0", "2026.2.0", .warning), ("1.24.0", "2025.3.0", .ok),
    ("1.30.0", "2026.1.0", .ok), ("1.10.0", "2024.4.0", .ok), ("1.33.0", "no version", .ok),
  ])
  func `an NPU driver older than OpenVINO needs is a warning`(
    driver: String, openVINO: String, verdict: Verdict
  ) async throws {
    var root = Root.lunarLake
    root.links["\(Root.libraries)/libze_intel_npu.so.1"] = nil
    root.addDriver(driver)
    let finding = try await root.findings(openVINO: openVINO, devices: ["CPU", "NPU"])[.npu, "driver"]
    #expect(finding?.verdict == verdict)
    if verdict == .warning {
      #expect(finding?.text.contains("older than OpenVINO \(openVINO.prefix(8))") == true)
    }
  }

  @Test func `an NPU that OpenVINO does not list without a reason is an error with the next step`()
    async throws
  {
    let findings = try await Root.lunarLake.findings()
    #expect(findings.errors == ["openvino"])
    #expect(findings[.npu, "openvino"]?.remedy?.hasPrefix("ZE_ENABLE_LOADER_DEBUG_TRACE=1") == true)
  }

  @Test func `libraries that are not found are warnings if OpenVINO lists the NPU`() async throws {
    var root = Root.lunarLake
    root.links = [:]
    let findings = try await root.findings(devices: ["CPU", "NPU"])
    #expect(findings.errors.isEmpty)
    #expect(findings.warnings == ["loader", "driver"])
  }

  @Test func `too little memory to compile for the NPU is reported`() async throws {
    var root = Root.lunarLake
    root.files["proc/meminfo"] = "MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n"
    let memory = try await root.findings(devices: ["CPU", "NPU"])[.npu, "memory"]
    #expect(memory?.text == "3.0 GB of memory are available; compiling a model for the NPU can take 4.0 GB")
  }

  // MARK: Proof of execution

  @Test func `the NPU's busy time is read, or nil without a count`() async throws {
    #expect(try await Root.lunarLake.read { NPUBusyTime(root: $0).microseconds() } == 123_456)
    #expect(try await Root().read { NPUBusyTime(root: $0).microseconds() } == nil)
    var root = Root.lunarLake
    root.files["sys/class/accel/accel0/device/npu_busy_time_us"] = "99999999999999999999999\n"
    #expect(try await root.read { NPUBusyTime(root: $0).microseconds() } == nil)
  }
}

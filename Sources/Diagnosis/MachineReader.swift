/// Collects the facts about a machine.
public struct MachineReader: Sendable {
  private let root: RootFolder
  private let user: User
  private let libraryFolders: [String]

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - root: The folder that is read as if it were `/`.
  ///   - user: The user who wants to open devices.
  ///   - libraryFolders: Folders that are searched for libraries before the system's own, such as those of
  ///     `LD_LIBRARY_PATH`.
  public init(root: String = "/", user: User = .current, libraryFolders: [String] = []) {
    self.root = RootFolder(root)
    self.user = user
    self.libraryFolders = libraryFolders.filter { $0.hasPrefix("/") }.map { String($0.dropFirst()) }
  }

  /// Reads the facts. Blocks for some milliseconds; unreadable files count as missing.
  public func facts() -> MachineFacts {
    var facts = MachineFacts()
    facts.processor = SystemText.processor(root.text("proc/cpuinfo", limit: 1 << 22) ?? "")
    facts.memory = SystemText.memory(root.text("proc/meminfo") ?? "")
    facts.distribution = SystemText.distribution(
      root.text("etc/os-release") ?? root.text("usr/lib/os-release") ?? "")
    facts.container = container()
    facts.isVirtualMachine = facts.processor.features.contains("hypervisor")
    facts.kernel = kernel()
    facts.userName = users.first { $0.id == user.id }?.name
    readDevices(into: &facts)
    readLibraries(into: &facts)
    facts.firmware = ["lib/firmware/updates/intel/vpu", "lib/firmware/intel/vpu"].flatMap(root.names)
    facts.energy = energy()
    return facts
  }

  private func container() -> MachineFacts.Container? {
    if root.isThere("run/.containerenv") { return .podman }
    let groups = root.text("proc/1/cgroup") ?? ""
    // Kubernetes runs on other container engines, so its sign is looked for in the control groups first.
    if let container = SystemText.container(ofControlGroups: groups) { return container }
    if root.isThere("var/run/secrets/kubernetes.io") { return .kubernetes }
    if root.isThere(".dockerenv") { return .docker }
    // systemd's name for the container.
    return root.line("run/systemd/container").map { MachineFacts.Container(rawValue: $0) ?? .other }
  }

  private func kernel() -> MachineFacts.Kernel {
    var kernel = MachineFacts.Kernel()
    kernel.release = root.line("proc/sys/kernel/osrelease")
    let loaded = SystemText.lines(root.text("proc/modules") ?? "")
    kernel.hasLoadedModule =
      loaded.contains { $0.hasPrefix("intel_vpu ") } || root.isThere("sys/module/intel_vpu")
    if let release = kernel.release, !release.contains("/"),
      let modules = root.text("lib/modules/\(release)/modules.dep", limit: 1 << 24)
    {
      kernel.offersModule = modules.contains("/intel_vpu.ko")
    }
    kernel.forcesSnoop = root.line("sys/module/intel_vpu/parameters/force_snoop").map {
      $0 == "Y" || $0 == "1"
    }
    return kernel
  }

  private func energy() -> FileAccess? {
    let zones = root.names(in: "sys/class/powercap").filter { $0.hasPrefix("intel-rapl:") }
    let counters = zones.map { "sys/class/powercap/\($0)/energy_uj" }.filter(root.isThere)
    let found = counters.map { root.access($0, by: user, writing: false) }
    return found.first { $0 != .allowed } ?? found.first
  }

  // MARK: Devices

  private func readDevices(into facts: inout MachineFacts) {
    var devices = root.names(in: "sys/bus/pci/devices").compactMap {
      device("sys/bus/pci/devices/\($0)", at: $0)
    }
    let driven = root.names(in: "sys/class/accel").compactMap { name in
      device("sys/class/accel/\(name)/device", at: name).map { (name: name, device: $0) }
    }
    facts.drivenAccelerators = driven.filter(\.device.isIntelAccelerator).map(\.name)
    // If the bus is hidden, the driven devices are all that is visible.
    if !devices.contains(where: \.isIntelAccelerator) { devices += driven.map(\.device) }
    facts.accelerators = devices.filter(\.isIntelAccelerator)
    facts.gpus = devices.filter(\.isIntelGPU)

    let others = Set(driven.filter { !$0.device.isIntelAccelerator }.map(\.name))
    facts.acceleratorNodes = root.names(in: "dev/accel").filter { !others.contains($0) }
      .compactMap { node("dev/accel/\($0)") }
    facts.renderNodes = root.names(in: "dev/dri").filter { $0.hasPrefix("renderD") }
      .filter {
        (root.hexadecimal("sys/class/drm/\($0)/device/vendor") ?? PCIDevice.intel) == PCIDevice.intel
      }
      .compactMap { node("dev/dri/\($0)") }
  }

  private func device(_ path: String, at address: String) -> PCIDevice? {
    guard let vendor = root.hexadecimal("\(path)/vendor"), let device = root.hexadecimal("\(path)/device")
    else {
      return nil
    }
    return PCIDevice(
      address: address, vendor: vendor, device: device, kind: root.hexadecimal("\(path)/class") ?? 0)
  }

  private func node(_ path: String) -> DeviceNode? {
    guard let status = root.status(path) else { return nil }
    let group = SystemText.accounts(root.text("etc/group") ?? "").first { $0.id == status.group }
    let userName = users.first { $0.id == user.id }?.name
    return DeviceNode(
      path: "/\(path)", ownerID: status.owner, groupID: status.group,
      owner: users.first { $0.id == status.owner }?.name, group: group?.name,
      listsUser: userName.map { group?.members.contains($0) ?? false } ?? false,
      mode: status.mode, access: root.access(path, by: user, writing: true))
  }

  private var users: [SystemText.Account] { SystemText.accounts(root.text("etc/passwd") ?? "") }

  // MARK: Libraries

  /// The dynamic linker's folders, in its order, on Debian and Ubuntu, Fedora, and Arch.
  private static let systemFolders = [
    "usr/local/lib/x86_64-linux-gnu", "usr/local/lib", "usr/local/lib64", "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib",
  ]

  private func readLibraries(into facts: inout MachineFacts) {
    let packages = SystemText.packages(
      root.text("var/lib/dpkg/status", limit: 1 << 25) ?? "",
      named: ["libze1", "level-zero", "intel-level-zero-npu"])
    if var loader = library("libze_loader.so.1", package: packages["libze1"] ?? packages["level-zero"]) {
      loader.missingFunctions = missingFunctions(of: loader)
      facts.loader = loader
    }
    facts.driver = library("libze_intel_npu.so.1", package: packages["intel-level-zero-npu"])
    facts.formerDriver = library("libze_intel_vpu.so.1", package: packages["intel-level-zero-npu"])
    facts.compilers = (libraryFolders + Self.systemFolders).flatMap { folder in
      root.names(in: folder).filter {
        $0.hasPrefix("libnpu_driver_compiler.so") || $0.hasPrefix("libopenvino_intel_npu_compiler")
      }.map { "/\(folder)/\($0)" }
    }
  }

  /// The functions of Level Zero that OpenVINO 2026.4's NPU plugin calls and that loaders before 1.17 lack. Without one of
  /// them the plugin silently lists no NPU.
  private static let neededFunctions = [
    "zeInitDrivers", "zeCommandListHostSynchronize", "zeCommandListGetNextCommandIdExp",
    "zeCommandListUpdateMutableCommandsExp",
  ]

  private func missingFunctions(of loader: MachineFacts.Library) -> [String] {
    // The names of exported functions are in the file as they are. It has less than a megabyte.
    guard let content = root.bytes(String(loader.path.dropFirst()), limit: 1 << 24),
      content.starts(with: [0x7F] + Array("ELF".utf8))
    else { return [] }
    return Self.neededFunctions.filter { name in
      content.firstRange(of: Array(name.utf8) + [0]) == nil
    }
  }

  /// The library that the dynamic linker would find. The version comes from the file that its name links to,
  /// "libze_loader.so.1.28.6", otherwise from the package.
  private func library(_ name: String, package: String?) -> MachineFacts.Library? {
    guard let folder = (libraryFolders + Self.systemFolders).first(where: { root.isThere("\($0)/\(name)") })
    else {
      return nil
    }
    let file = root.link("\(folder)/\(name)")?.split(separator: "/").last.map(String.init) ?? name
    let stem = name.dropLast(1)
    let version = file.hasPrefix(stem) ? Version(parsing: file.dropFirst(stem.count)) : nil
    return MachineFacts.Library(
      path: "/\(folder)/\(name)", version: version ?? package.flatMap { Version(parsing: $0) })
  }
}

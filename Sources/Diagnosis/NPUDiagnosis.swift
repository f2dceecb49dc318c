/// Checks each step from the NPU on the bus to OpenVINO's list of devices, and reports the step that fails.
struct NPUDiagnosis {
  let facts: MachineFacts
  /// OpenVINO's version; `nil` if it does not say.
  let openVINO: Version?
  /// The devices that OpenVINO lists.
  let devices: [String]

  private var pair: DriverPairing? { openVINO.flatMap(DriverPairing.of) }
  private var remedies: NPURemedies { NPURemedies(facts: facts, openVINO: openVINO) }
  private var isListed: Bool { Subject.npu.isListed(in: devices) }

  /// The peak memory of the first start with the default buckets and precision, in bytes: that of the compiler, 2 GB,
  /// beside two compiled encoders of 0.6 GB and the weights.
  private static let compilerBytes = 4_000_000_000

  var findings: [Finding] {
    guard let (device, model) = npu else { return withoutKnownNPU }
    let description = "\(model.name)'s NPU (\(device.identifier), \(model.architecture)) at \(device.address)"
    var findings = [Finding(.npu, "device", .ok, description)]
    findings += [snoop].compactMap(\.self) + kernel(for: model) + [loader] + driver + [compiler]
    if isListed {
      // Whatever OpenVINO has found is present, wherever it is installed.
      findings = findings.map { $0.verdict == .error ? $0.with(.warning) : $0 }
    }
    findings.append(openVINOList(isExplained: findings.contains { $0.verdict == .error }))
    return findings + [memory].compactMap(\.self)
  }

  private var npu: (PCIDevice, NPUGeneration)? {
    for device in facts.accelerators {
      if let model = NPUGeneration(device: device.device) { return (device, model) }
    }
    return nil
  }

  private var withoutKnownNPU: [Finding] {
    if isListed { return [Finding(.npu, "openvino", .ok, "OpenVINO lists the NPU")] }
    if let unknown = facts.accelerators.first {
      return [
        Finding(
          .npu, "device", .note,
          "unknown Intel accelerator (\(unknown.identifier) at \(unknown.address)); it is not used"
        )
      ]
    }
    let text =
      facts.isVirtualMachine
      ? "this virtual machine shows no Intel NPU; one must be passed through to it"
      : "this machine shows no Intel NPU"
    return [Finding(.npu, "device", .note, text)]
  }

  // MARK: Kernel

  /// In a virtual machine the NPU reads stale memory unless it is forced to snoop the processor's caches.
  private var snoop: Finding? {
    guard facts.isVirtualMachine, facts.kernel.forcesSnoop == false else { return nil }
    return Finding(
      .npu, "snoop", .warning,
      "in a virtual machine intel_vpu needs force_snoop=1; without it the NPU computes wrong results or hangs",
      remedy: remedies.snoop)
  }

  private func kernel(for model: NPUGeneration) -> [Finding] {
    let node =
      facts.acceleratorNodes.first { facts.drivenAccelerators.contains($0.name) }
      ?? facts.acceleratorNodes.first
    guard facts.kernel.hasLoadedModule || node != nil else { return [module] }
    let module = Finding(.npu, "module", .ok, "intel_vpu is loaded")
    guard let node else { return [module, missingNode(for: model)] }
    return [module, access(to: node)]
  }

  private var module: Finding {
    if facts.kernel.offersModule == false {
      return Finding(
        .npu, "module", .error, "this kernel has no module intel_vpu", remedy: remedies.kernelWithModule)
    }
    return Finding(
      .npu, "module", .error, "the kernel module intel_vpu is not loaded", remedy: remedies.module)
  }

  private func missingNode(for model: NPUGeneration) -> Finding {
    // Every driven device has a node; a container sees the device without its node.
    let path = "/dev/accel/\(facts.drivenAccelerators.first ?? "accel0")"
    if let container = facts.container {
      return Finding(
        .npu, "node", .error, "the container was not given \(path)", remedy: container.remedyPassing(path))
    }
    if !facts.drivenAccelerators.isEmpty {
      return Finding(
        .npu, "node", .error, "the kernel drives the NPU, but \(path) is missing",
        remedy: "sudo udevadm trigger --subsystem-match=accel")
    }
    guard facts.firmware.contains(where: { $0.contains(model.architecture) }) else {
      return Finding(
        .npu, "firmware", .error,
        "there is no firmware for the NPU, /lib/firmware/intel/vpu/vpu_\(model.architecture)_v1.bin",
        remedy: remedies.firmware)
    }
    return Finding(
      .npu, "node", .error,
      "intel_vpu is loaded, but has not brought up the NPU: there is no \(path)",
      remedy:
        "sudo dmesg | grep -i vpu  # shows the reason; then: \(NPURemedies.reloading)"
    )
  }

  private func access(to node: DeviceNode) -> Finding {
    let name = "\(node.path) (\(node.description))"
    switch node.access {
    case .allowed:
      return Finding(.npu, "node", .ok, "\(name) can be opened")
    case .forbidden:
      let text =
        node.listsUser ? "\(name) cannot be opened yet: the group takes effect at the next login" : nil
      return Finding(
        .npu, "node", .error, text ?? "this user may not open \(name)",
        remedy: remedies.permission(for: node)
      )
    case .blocked:
      return Finding(
        .npu, "node", .error, "\(name) exists, but is not on the list of devices that may be opened here",
        remedy: (facts.container ?? .other).remedyPassing(node.path))
    case .failed(let why):
      return Finding(
        .npu, "node", .error, "\(name) cannot be opened: \(why)",
        remedy: NPURemedies.reloading)
    }
  }

  // MARK: Libraries

  private var loader: Finding {
    guard let loader = facts.loader else {
      return Finding(
        .npu, "loader", .error, "Level Zero's loader, libze_loader.so.1, is missing",
        remedy: remedies.loader)
    }
    let text = "Level Zero \(loader.version.map { "\($0) " } ?? "")(\(loader.path))"
    guard loader.missingFunctions.isEmpty else {
      let missing = loader.missingFunctions.joined(separator: ", ")
      return Finding(
        .npu, "loader", .error, "\(text) is too old for OpenVINO: it has no \(missing)",
        remedy: remedies.loader)
    }
    guard let version = loader.version else {
      return Finding(.npu, "loader", .note, "\(text), version unknown")
    }
    // An old loader works with a driver of its own age.
    guard version >= DriverPairing.firstLoader || (facts.driver == nil && facts.formerDriver != nil) else {
      return Finding(
        .npu, "loader", .error,
        "\(text) is too old: it looks for libze_intel_vpu.so.1, current drivers are libze_intel_npu.so.1",
        remedy: remedies.loader)
    }
    guard let pair, let verified = pair.levelZero, version < verified else {
      return Finding(.npu, "loader", .ok, text)
    }
    return Finding(.npu, "loader", .ok, "\(text); driver \(pair.driver) was released with \(verified)")
  }

  private var driver: [Finding] {
    guard let driver = facts.driver ?? facts.formerDriver else {
      return [
        Finding(
          .npu, "driver", .error, "the NPU's driver, libze_intel_npu.so.1, is missing",
          remedy: remedies.driver)
      ]
    }
    var findings = [pairing(of: driver)]
    if facts.driver != nil, let former = facts.formerDriver {
      findings.append(
        Finding(
          .npu, "former driver", .warning,
          "\(former.path) is left over from a driver before 1.17 and can be loaded instead of \(driver.path)",
          remedy: "sudo rm \(former.path)*"))
    }
    return findings
  }

  private func pairing(of driver: MachineFacts.Library) -> Finding {
    guard let version = driver.version else {
      return Finding(.npu, "driver", .note, "driver \(driver.path), version unknown")
    }
    let text = "driver \(version) (\(driver.path))"
    guard let openVINO, let pair else {
      return Finding(.npu, "driver", .ok, text)
    }
    guard version >= pair.recommended else {
      return Finding(
        .npu, "driver", .warning,
        "\(text) is older than OpenVINO \(openVINO), which goes with driver \(pair.recommended) or newer",
        remedy: remedies.driver)
    }
    guard version >= pair.driver else {
      return Finding(
        .npu, "driver", .ok, "\(text); OpenVINO \(openVINO) was verified with \(pair.driver), a pre-release")
    }
    return Finding(.npu, "driver", .ok, "\(text) goes with OpenVINO \(openVINO)")
  }

  private var compiler: Finding {
    guard let compiler = facts.compilers.first else {
      return Finding(
        .npu, "compiler", .error,
        "there is no compiler for the NPU (libnpu_driver_compiler.so or libopenvino_intel_npu_compiler.so)",
        remedy: remedies.driver)
    }
    return Finding(.npu, "compiler", .ok, compiler)
  }

  private func openVINOList(isExplained: Bool) -> Finding {
    if isListed { return Finding(.npu, "openvino", .ok, "OpenVINO lists the NPU") }
    if isExplained {
      return Finding(.npu, "openvino", .note, "OpenVINO does not list the NPU, as the other errors explain")
    }
    return Finding(
      .npu, "openvino", .error,
      "OpenVINO does not list the NPU, although everything it needs seems to be installed",
      remedy: "ZE_ENABLE_LOADER_DEBUG_TRACE=1 lorikeet doctor  # shows which libraries are loaded")
  }

  private var memory: Finding? {
    guard let memory = facts.memory, memory.available < Self.compilerBytes else { return nil }
    return Finding(
      .npu, "memory", .warning,
      "\(gigabytes(memory.available)) of memory are available; compiling a model for the NPU can take "
        + gigabytes(Self.compilerBytes),
      remedy: "stop other programs before the first start with the NPU")
  }
}

extension Finding {
  fileprivate func with(_ verdict: Verdict) -> Finding {
    Finding(subject, check, verdict, text, remedy: remedy)
  }
}

extension DeviceNode {
  /// The file name: "accel0".
  fileprivate var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Checks each step from Intel's graphics to OpenVINO's list of devices. Nothing here is an error: most owners of such
/// a GPU do not intend to recognize speech on it.
struct GPUDiagnosis {
  let facts: MachineFacts
  /// The devices that OpenVINO lists.
  let devices: [String]

  var findings: [Finding] {
    guard let gpu = facts.gpus.first else {
      return [Finding(.gpu, "device", .note, "this machine shows no Intel GPU")]
    }
    var findings = [
      Finding(.gpu, "device", .ok, "Intel graphics (\(gpu.identifier)) at \(gpu.address)"), node,
    ]
    if let list = openVINOList(isReachable: findings.allSatisfy { $0.verdict == .ok }) {
      findings.append(list)
    }
    return findings
  }

  private var node: Finding {
    guard let node = facts.renderNodes.first(where: { $0.access == .allowed }) ?? facts.renderNodes.first
    else {
      return Finding(
        .gpu, "node", .warning, "there is no render node in /dev/dri",
        remedy: facts.container?.remedyPassing("/dev/dri/renderD128")
          ?? "sudo modprobe i915 || sudo modprobe xe")
    }
    let name = "\(node.path) (\(node.description))"
    guard node.access != .allowed else { return Finding(.gpu, "node", .ok, "\(name) can be opened") }
    return Finding(
      .gpu, "node", .warning, "this user may not open \(name)", remedy: permission(for: node))
  }

  private func permission(for node: DeviceNode) -> String {
    if let container = facts.container { return container.remedyJoiningGroup(of: node.path) }
    if node.listsUser { return "log out and in again, or: newgrp \(node.group ?? "render")" }
    return
      "sudo usermod -aG \(node.group ?? "render") \(facts.userName ?? "$USER")  # then log out and in again"
  }

  private func openVINOList(isReachable: Bool) -> Finding? {
    if Subject.gpu.isListed(in: devices) {
      return Finding(.gpu, "openvino", .ok, "OpenVINO lists the GPU")
    }
    guard isReachable else { return nil }
    let isDebian = ["debian", "ubuntu"].contains(facts.distribution?.id)
    return Finding(
      .gpu, "openvino", .warning, "OpenVINO does not list the GPU: its OpenCL driver is missing",
      remedy: isDebian ? "sudo apt install intel-opencl-icd" : "install Intel's compute runtime (OpenCL)")
  }
}

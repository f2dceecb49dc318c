/// The commands that fix the NPU's installation on this distribution.
struct NPURemedies {
  let facts: MachineFacts
  let openVINO: Version?

  private static let releases = "https://github.com/intel/linux-npu-driver/releases"

  // MARK: Kernel: on the host, if this is a container

  var module: String { onHost("sudo modprobe intel_vpu") }

  var reload: String { onHost(Self.reloading) }

  /// Loads the kernel module again.
  static let reloading = "sudo modprobe -r intel_vpu && sudo modprobe intel_vpu"

  var kernelWithModule: String {
    switch facts.distribution?.id {
    case "ubuntu":
      onHost("sudo apt install linux-modules-extra-$(uname -r) && sudo modprobe intel_vpu")
    case "debian" where distributionVersion.0 == 12:
      onHost("sudo apt install -t bookworm-backports linux-image-amd64 && sudo reboot")
    default: "install a newer kernel of your distribution, then: sudo modprobe intel_vpu"
    }
  }

  var firmware: String {
    isServedByIntel
      ? "\(driver) && \(Self.reloading)"
      : "install your distribution's linux-firmware, or intel-fw-npu from \(Self.releases); then reboot"
  }

  var snoop: String {
    onHost(
      "echo 'options intel_vpu force_snoop=1' | sudo tee /etc/modprobe.d/intel_vpu.conf"
        + " && sudo update-initramfs -u && sudo reboot")
  }

  private func onHost(_ command: String) -> String {
    facts.container == nil ? command : "\(command)  # on the host"
  }

  // MARK: Device node

  func permission(for node: DeviceNode) -> String {
    if let container = facts.container {
      return container.remedyJoiningGroup(of: node.path)
    }
    if node.listsUser { return "log out and in again, or: newgrp \(node.group ?? "render")" }
    let groupMayUse = node.mode >> 3 & 0o6 == 0o6
    if groupMayUse, let group = node.group, node.groupID != 0 {
      return "sudo usermod -aG \(group) \(facts.userName ?? "$USER")  # then log out and in again"
    }
    return #"echo 'SUBSYSTEM=="accel", KERNEL=="accel*", GROUP="render", MODE="0660"'"#
      + " | sudo tee /etc/udev/rules.d/10-intel-vpu.rules && sudo udevadm control --reload-rules"
      + " && sudo udevadm trigger --subsystem-match=accel"
      + " && sudo usermod -aG render \(facts.userName ?? "$USER")  # then log out and in again"
  }

  // MARK: Libraries

  /// Installs Level Zero's loader, new enough for every known driver. The SHA-256 are those of other projects' manifests.
  var loader: String {
    let release = "https://github.com/oneapi-src/level-zero/releases"
    switch facts.distribution?.id {
    case "ubuntu" where distributionVersion >= (25, 10), "debian" where distributionVersion >= (13, 0):
      return "sudo apt install libze1"
    case "ubuntu" where distributionVersion >= (24, 4):
      let file = "libze1_1.34.0+u24.04_amd64.deb"
      let sha256 = "45210e4549cd965ad7b9f160eefe53cbcdba01af341bea7ac7ba0aedeeb613ba"
      return "curl -fLO \(release)/download/v1.34.0/\(file)"
        + " && echo '\(sha256)  \(file)' | sha256sum -c && sudo apt install ./\(file)"
    case "ubuntu", "debian":
      return "curl -fLO \(release)/download/v1.28.6/libze1_1.28.6+u22.04_amd64.deb"
        + " && sudo apt install ./libze1_1.28.6+u22.04_amd64.deb"
    case "fedora": return "sudo dnf install oneapi-level-zero"
    case "arch": return "sudo pacman -S level-zero-loader"
    default: return "install Level Zero \(DriverPairing.firstLoader) or newer: \(release)"
    }
  }

  /// Installs the driver that matches OpenVINO, with its firmware and compiler.
  var driver: String {
    let pair = openVINO.flatMap(DriverPairing.of) ?? DriverPairing.known[DriverPairing.known.count - 1]
    let tag = "v\(pair.recommended)"
    guard isServedByIntel else {
      return
        "install Intel's NPU driver \(pair.recommended) or newer (\(Self.releases)/tag/\(tag) has packages for "
        + "Ubuntu 24.04; an Ubuntu 24.04 container works, too)"
    }
    return "curl -fsSL https://api.github.com/repos/intel/linux-npu-driver/releases/tags/\(tag)"
      + " | grep -o 'https://[^\"]*ubuntu2404.tar.gz' | xargs curl -fLO"
      + " && tar xf linux-npu-driver-\(tag).*-ubuntu2404.tar.gz && sudo apt install ./intel-*npu_*.deb"
  }

  /// True if Intel's packages, made for Ubuntu 24.04, can be installed: also on other distributions as new as that.
  private var isServedByIntel: Bool {
    switch facts.distribution?.id {
    case "ubuntu": distributionVersion >= (24, 4)
    case "debian": distributionVersion >= (13, 0)
    default: false
    }
  }

  private var distributionVersion: (Int, Int) {
    let numbers = (facts.distribution?.version ?? "").split(separator: ".").map { Int($0) ?? 0 }
    return (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
  }
}

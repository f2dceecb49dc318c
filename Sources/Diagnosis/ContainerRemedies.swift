extension MachineFacts.Container {
  /// The step that gives the container a device and the permission to open it.
  func remedyPassing(_ path: String) -> String {
    switch self {
    case .docker, .podman:
      "\(rawValue) run --device \(path) --group-add $(stat -c %g \(path)) …  # on the host"
    case .lxc:
      "pct set ID --dev0 \(path),gid=$(pct exec ID -- getent group render | cut -d: -f3)  # on Proxmox"
    case .kubernetes: "add Intel's device plugin to the cluster and its resource to the pod's limits"
    case .other: "give the container \(path) and the group of that file"
    }
  }

  /// The step that puts the container's user into the group of a device.
  func remedyJoiningGroup(of path: String) -> String {
    switch self {
    case .docker, .podman:
      "\(rawValue) run --device \(path) --group-add $(stat -c %g \(path)) …  # on the host"
    case .lxc: remedyPassing(path)
    case .kubernetes: "add the group of \(path) to the pod's securityContext.supplementalGroups"
    case .other: "run the program in the group of \(path)"
    }
  }
}

/// What there is on a machine, without a judgement. ``MachineReader`` finds it out.
public struct MachineFacts: Sendable, Equatable {
  public var processor = Processor()
  /// `nil` where the system does not tell.
  public var memory: Memory?
  public var distribution: Distribution?
  public var kernel = Kernel()
  /// The container that the program runs in.
  public var container: Container?
  public var isVirtualMachine = false
  /// The name of the user who asks; `nil` without one.
  public var userName: String?

  /// Intel's NPUs, and what may be one.
  public var accelerators: [PCIDevice] = []
  /// The names of Intel's accelerators in `/sys/class/accel`: those that the kernel module drives.
  public var drivenAccelerators: [String] = []
  public var acceleratorNodes: [DeviceNode] = []
  /// Files of the NPU's firmware: "vpu_37xx_v1.bin".
  public var firmware: [String] = []

  public var gpus: [PCIDevice] = []
  /// Render nodes of Intel's, and those of whom it is not known.
  public var renderNodes: [DeviceNode] = []

  /// Level Zero's loader, `libze_loader.so.1`.
  public var loader: Library?
  /// The NPU's driver as it is called today, `libze_intel_npu.so.1`.
  public var driver: Library?
  /// The same by the name it had before 1.17.0, `libze_intel_vpu.so.1`.
  public var formerDriver: Library?
  /// Libraries that compile for the NPU, by their paths.
  public var compilers: [String] = []

  /// Whether this user may read the energy that the processor counts; `nil` where it counts none.
  public var energy: FileAccess?

  public init() {}

  /// `/proc/cpuinfo`
  public struct Processor: Sendable, Equatable {
    public var name: String?
    public var threads = 0
    /// As Linux calls them: "avx2".
    public var features: Set<String> = []
  }

  /// `/proc/meminfo`, in bytes.
  public struct Memory: Sendable, Equatable {
    public var total, available: Int
  }

  /// `/etc/os-release`
  public struct Distribution: Sendable, Equatable {
    /// "ubuntu"
    public var id: String
    /// "24.04"
    public var version: String
    /// For people: "Ubuntu 24.04.2 LTS".
    public var name: String
  }

  /// Linux, and its module for the NPU.
  public struct Kernel: Sendable, Equatable {
    /// "6.17.0-29-generic"
    public var release: String?
    public var hasLoadedModule = false
    /// Whether the installed kernel comes with the module; `nil` where that cannot be seen.
    public var offersModule: Bool?
    /// The module's parameter `force_snoop`; `nil` where it is not known.
    public var forcesSnoop: Bool?
  }

  public enum Container: String, Sendable {
    case docker, podman, kubernetes, lxc
    case other = "a container"
  }

  /// A shared library.
  public struct Library: Sendable, Equatable {
    public var path: String
    /// Of its file or its package; `nil` where neither says.
    public var version: Version?
  }
}

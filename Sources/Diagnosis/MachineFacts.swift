/// The facts about a machine, without judgement, as collected by ``MachineReader``.
public struct MachineFacts: Sendable, Equatable {
  /// The processor's name, threads and features.
  public var processor = Processor()
  /// The memory; `nil` if the system does not say.
  public var memory: Memory?
  /// The Linux distribution; `nil` if unknown.
  public var distribution: Distribution?
  /// The kernel and its NPU module.
  public var kernel = Kernel()
  /// The container that the program runs in; `nil` outside of containers.
  public var container: Container?
  /// True in a virtual machine.
  public var isVirtualMachine = false
  /// The user's name; `nil` if `/etc/passwd` has none.
  public var userName: String?

  /// Intel's NPUs, and other accelerators of Intel's that can be NPUs.
  public var accelerators: [PCIDevice] = []
  /// The names of Intel's accelerators in `/sys/class/accel`: the ones that the kernel module drives.
  public var drivenAccelerators: [String] = []
  /// The device nodes in `/dev/accel`, without those of other vendors.
  public var acceleratorNodes: [DeviceNode] = []
  /// The files of the NPU's firmware: "vpu_37xx_v1.bin".
  public var firmware: [String] = []

  /// Intel's graphics on the PCI bus.
  public var gpus: [PCIDevice] = []
  /// The render nodes of Intel's graphics and of unknown vendors.
  public var renderNodes: [DeviceNode] = []

  /// Level Zero's loader, `libze_loader.so.1`.
  public var loader: Library?
  /// The NPU's driver under its current name, `libze_intel_npu.so.1`.
  public var driver: Library?
  /// The NPU's driver under its name before 1.17.0, `libze_intel_vpu.so.1`.
  public var formerDriver: Library?
  /// The paths of the libraries that compile for the NPU.
  public var compilers: [String] = []

  /// This user's access to the processor's energy counter; `nil` if there is none.
  public var energy: FileAccess?

  /// Creates the facts of a machine about which nothing is known.
  public init() {}

  /// The processor, from `/proc/cpuinfo`.
  public struct Processor: Sendable, Equatable {
    /// The model name.
    public var name: String?
    /// The number of hardware threads.
    public var threads = 0
    /// The instruction set extensions in Linux's spelling: "avx2".
    public var features: Set<String> = []
  }

  /// The memory in bytes, from `/proc/meminfo`.
  public struct Memory: Sendable, Equatable {
    /// The total memory and the part available to programs, in bytes.
    public var total, available: Int
  }

  /// The distribution, from `/etc/os-release`.
  public struct Distribution: Sendable, Equatable {
    /// The identifier: "ubuntu".
    public var id: String
    /// The version: "24.04".
    public var version: String
    /// The displayed name: "Ubuntu 24.04.2 LTS".
    public var name: String
  }

  /// The Linux kernel and its NPU module.
  public struct Kernel: Sendable, Equatable {
    /// The release: "6.17.0-29-generic".
    public var release: String?
    /// True if the NPU's module is loaded.
    public var hasLoadedModule = false
    /// True if the installed kernel comes with the module; `nil` if unknown.
    public var offersModule: Bool?
    /// The module's parameter `force_snoop`; `nil` if unknown.
    public var forcesSnoop: Bool?
  }

  /// The kind of a container.
  public enum Container: String, Sendable {
    case docker, podman, kubernetes, lxc
    case other = "a container"
  }

  /// A shared library.
  public struct Library: Sendable, Equatable {
    /// The absolute path.
    public var path: String
    /// The version from the file name or the package; `nil` if neither has it.
    public var version: Version?
    /// The functions that OpenVINO needs and the library lacks.
    public var missingFunctions: [String] = []
  }
}

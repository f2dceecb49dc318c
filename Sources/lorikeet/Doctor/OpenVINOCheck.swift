internal import Concurrency
internal import Devices
internal import Diagnosis
internal import FoundationEssentials
internal import Inference

/// OpenVINO's version and its report about the devices.
struct OpenVINOCheck: Sendable {
  let version = Runtime.version
  let devices: [Device]
  /// The reason why OpenVINO lists no devices.
  private let failure: String?

  /// The time for OpenVINO to start, with the drivers of all devices.
  private static let limit = Duration.seconds(60)

  /// The report without any device.
  static let none = OpenVINOCheck(devices: [], failure: nil)

  struct Device: Sendable {
    /// The device's name in OpenVINO: `GPU.0`.
    let name: String
    /// The maker's name for the device.
    let fullName: String?
    /// The supported kinds of arithmetic: "FP32", "INT8".
    let capabilities: [String]
    let driverVersion: String?
    /// The version of the NPU's compiler: "7.5".
    let compilerVersion: String?

    init(_ name: String, of runtime: borrowing Runtime) {
      func property(_ key: String) -> String? {
        // Devices differ in the properties that they have.
        guard let value = try? runtime.property(key, of: name), !value.isEmpty else { return nil }
        return value
      }
      self.name = name
      fullName = property("FULL_DEVICE_NAME")
      capabilities = (property("OPTIMIZATION_CAPABILITIES") ?? "").split(separator: " ").map(String.init)
      driverVersion = property("\(name.prefix { $0 != "." })_DRIVER_VERSION")
      // Two numbers of 16 bits.
      compilerVersion = property("NPU_COMPILER_VERSION").flatMap { UInt32($0) }.map {
        "\($0 >> 16).\($0 & 0xFFFF)"
      }
    }

    /// The driver's version in words. The NPU's is the time at which it was built, in seconds since 1970.
    fileprivate var driver: String? {
      guard let driverVersion else { return nil }
      guard name.hasPrefix(DeviceID.npu.description), let seconds = Int(driverVersion),
        seconds > 1_000_000_000
      else { return "driver \(driverVersion)" }
      let day = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601.year().month().day())
      return "driver of \(day) (\(driverVersion))"
    }
  }

  private init(devices: [Device], failure: String?) {
    self.devices = devices
    self.failure = failure
  }

  /// A thread that a driver may keep for ever. It never ends: drivers can have state in it.
  private static let thread = DeviceThread(named: "OpenVINO", cancelled: .cancelled) { _ in .cancelled }

  /// Asks OpenVINO for its devices.
  static func made() async -> OpenVINOCheck {
    let result = try? await thread.run(limit: limit) { () throws(DeviceError) in asked() }
    return result
      ?? OpenVINOCheck(
        devices: [], failure: "it has not answered within \(Int(limit.seconds)) s; a device's driver hangs")
  }

  private static func asked() -> OpenVINOCheck {
    do throws(InferenceError) {
      let runtime = try Runtime()
      var devices: [Device] = []
      for name in try runtime.devices() { devices.append(Device(name, of: runtime)) }
      return OpenVINOCheck(devices: devices, failure: nil)
    } catch {
      return OpenVINOCheck(devices: [], failure: error.description)
    }
  }

  var findings: [Finding] {
    if let failure {
      return [
        Finding(
          .openVINO, "openvino", .error, "OpenVINO \(version) does not start: \(failure)",
          remedy: "reinstall Lorikeet")
      ]
    }
    return [Finding(.openVINO, "openvino", .ok, version)]
      + devices.map { device in
        var parts = [device.fullName ?? "without a name"]
        if let driver = device.driver { parts.append(driver) }
        if let compiler = device.compilerVersion { parts.append("compiler \(compiler)") }
        if !device.capabilities.isEmpty { parts.append(device.capabilities.joined(separator: " ")) }
        return Finding(.openVINO, device.name, .ok, parts.joined(separator: ", "))
      }
  }
}

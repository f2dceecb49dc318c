internal import Diagnosis
internal import Inference

/// OpenVINO's version and its report about the devices.
struct OpenVINOCheck {
  let version = Runtime.version
  let devices: [Device]
  private let failure: InferenceError?

  struct Device {
    /// The device's name in OpenVINO: `GPU.0`.
    let name: String
    /// The maker's name for the device.
    let fullName: String?
    /// The supported kinds of arithmetic: "FP32", "INT8".
    let capabilities: [String]
    let driverVersion: String?

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
    }
  }

  init() {
    do throws(InferenceError) {
      let runtime = try Runtime()
      var devices: [Device] = []
      for name in try runtime.devices() { devices.append(Device(name, of: runtime)) }
      (self.devices, failure) = (devices, nil)
    } catch {
      (devices, failure) = ([], error)
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
        if let driver = device.driverVersion { parts.append("driver \(driver)") }
        if !device.capabilities.isEmpty { parts.append(device.capabilities.joined(separator: " ")) }
        return Finding(.openVINO, device.name, .ok, parts.joined(separator: ", "))
      }
  }
}

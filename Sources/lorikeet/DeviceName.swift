/// The names of devices in OpenVINO.
enum DeviceName {
  /// Returns the kind of a device: "GPU" of "GPU.0".
  static func kind(of device: String) -> String { String(device.prefix { $0 != "." }) }
}

/// What OpenVINO calls devices.
enum DeviceName {
  /// "GPU" of "GPU.0".
  static func kind(of device: String) -> String { String(device.prefix { $0 != "." }) }
}

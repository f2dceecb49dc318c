internal import Devices

extension DeviceID {
  /// The names that OpenVINO gives to other devices than this one.
  func others(among names: [String]) -> [String] {
    names.filter { name in DeviceID(name).map { !includes($0) } ?? true }
  }
}

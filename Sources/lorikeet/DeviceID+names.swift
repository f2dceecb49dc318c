internal import Devices

extension DeviceID {
  /// Returns the OpenVINO names of the devices other than this one.
  func others(among names: [String]) -> [String] {
    names.filter { name in DeviceID(name).map { !includes($0) } ?? true }
  }
}

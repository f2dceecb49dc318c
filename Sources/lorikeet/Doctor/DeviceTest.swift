internal import Devices
internal import Diagnosis
internal import ModelStore
internal import Recognition
internal import SpeechEngine

/// The built-in model's self-test on one device.
struct DeviceTest {
  /// The device's name in OpenVINO: "CPU".
  let device: String
  let result: Result<SelfTest.Outcome, any Error>
  /// The NPU's busy time meanwhile by the kernel's count, in microseconds; `nil` if the kernel does not count.
  let busy: UInt64?

  /// Tests each device that Lorikeet can use.
  ///
  /// - Parameters:
  ///   - devices: OpenVINO's names.
  ///   - report: Called with the device that is tested next.
  static func all(devices: [String], report: (String) -> Void) async -> [DeviceTest] {
    var tests: [DeviceTest] = []
    for device in Device.allCases where device != .auto {
      let name = device.rawValue.uppercased()
      guard devices.contains(where: { DeviceName.kind(of: $0) == name }) else { continue }
      report(name)
      tests.append(await DeviceTest(name, device))
    }
    return tests
  }

  private init(_ name: String, _ device: Device) async {
    self.device = name
    let clock = NPUBusyTime()
    let before = clock.microseconds()
    do {
      let model = try ModelDirectory.find(ModelDirectory.builtin)
      let recognizer = Recognizer(model: model, settings: SelfTest.settings(for: device))
      result = .success(try await SelfTest(of: model).run(with: recognizer))
    } catch {
      result = .failure(error)
    }
    busy = before.flatMap { before in clock.microseconds().map { $0 &- before } }
  }

  /// The error if the test could not be run.
  var error: (any Error)? {
    if case .failure(let error) = result { error } else { nil }
  }

  var finding: Finding {
    switch result {
    case .failure(let error):
      return failure("the device does not work: \(error)")
    case .success(let outcome):
      if let ran = outcome.device, DeviceName.kind(of: ran) != device {
        return failure("\(ran) did the work instead")
      }
      if device == "NPU", busy == 0 {
        return failure("the kernel counted no work of the NPU meanwhile")
      }
      guard outcome.isPassed else { return failure("it recognized '\(outcome.text)'") }
      let times = [outcome.seconds, outcome.firstSeconds, outcome.loadSeconds].map(Self.milliseconds)
      return Finding(
        .selfTest, device, .ok,
        "'\(outcome.text)' in \(times[0]) (first run \(times[1]), after loading for \(times[2]))")
    }
  }

  private func failure(_ text: String) -> Finding {
    let others = device == "CPU" ? nil : "until this is fixed, use another device: --device cpu"
    return Finding(.selfTest, device, .error, text, remedy: others)
  }

  private static func milliseconds(_ seconds: Double) -> String { "\(Int(rounded(seconds) * 1000)) ms" }
}

internal import Devices
internal import Diagnosis
internal import Inference
internal import ModelStore
internal import Recognition
internal import SpeechEngine

/// The built-in model's self-test on one device.
struct DeviceTest {
  let device: DeviceID
  let result: Result<SelfTest.Outcome, any Error>
  /// The NPU's busy time meanwhile by the kernel's count, in microseconds; `nil` if the kernel does not count.
  let busy: UInt64?

  private let machine: MachineFacts

  /// Returns the devices that Lorikeet can use.
  ///
  /// - Parameter names: OpenVINO's names.
  static func devices(_ names: [String]) -> [DeviceID] {
    let kinds = Set(names.compactMap { DeviceID($0)?.kind })
    return DeviceID.Kind.allCases.filter(kinds.contains).map { DeviceID($0) }
  }

  /// Tests a device. A device that hangs is given up after the standard time limits.
  init(_ device: DeviceID, _ machine: MachineFacts) async {
    self.device = device
    self.machine = machine
    let clock = NPUBusyTime()
    let before = clock.microseconds()
    do {
      let model = try ModelDirectory.find(ModelDirectory.builtin)
      let recognizer = Recognizer(model: model, settings: SelfTest.settings(for: device, as: .encoder))
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
    case .failure(DeviceError.late(_, let seconds)):
      return failure("it hangs: no answer within \(Int(seconds)) s", remedy: Diagnosis.reloading(machine))
    case .failure(let error):
      let reason = (error as? DeviceError)?.reason ?? "\(error)"
      guard device.kind == .npu,
        let known = Diagnosis.explanation(
          ofNPUFailure: reason, machine, openVINOVersion: Runtime.version)
      else { return failure("the device does not work: \(reason)") }
      return failure("\(known.cause): \(reason)", remedy: known.remedy)
    case .success(let outcome):
      if let ran = outcome.device, DeviceID(ran)?.kind != device.kind {
        return failure("\(ran) did the work instead")
      }
      if device.kind == .npu, busy == 0 {
        return failure("the kernel counted no work of the NPU meanwhile")
      }
      guard outcome.isPassed else { return failure("it recognized '\(outcome.text)'") }
      let times = [outcome.seconds, outcome.firstSeconds, outcome.loadSeconds].map(Self.milliseconds)
      return Finding(
        .selfTest, "\(device)", .ok,
        "'\(outcome.text)' in \(times[0]) (first run \(times[1]), after loading for \(times[2]))")
    }
  }

  /// - Parameter remedy: What helps, if that is known.
  private func failure(_ text: String, remedy: String? = nil) -> Finding {
    let others = device.isProcessor ? nil : "until this is fixed, use another device: --device cpu"
    return Finding(.selfTest, "\(device)", .error, text, remedy: remedy ?? others)
  }

  private static func milliseconds(_ seconds: Double) -> String { "\(Int(rounded(seconds) * 1000)) ms" }
}

import Devices
import Recognition
import Testing

@testable import lorikeet

@Suite struct `The work of devices` {
  private func mark(_ counts: KeyValuePairs<String, Int>, busy: UInt64? = nil) -> DeviceWork.Mark {
    let devices = counts.map { name, count in
      var device = DeviceReport(name: name)
      device.inferences = count
      return device
    }
    return DeviceWork.Mark(devices, npuMicroseconds: busy)
  }

  @Test func `the work of devices is the difference of two counts`() {
    let work = DeviceWork(
      from: mark(["NPU": 5, "CPU": 2], busy: 100), to: mark(["NPU": 8, "CPU": 2, "GPU.0": 1], busy: 350))
    #expect(work.inferences == ["NPU": 3, "GPU.0": 1])
    #expect(work.devices == ["GPU.0", "NPU"])
    #expect(work.npuMicroseconds == 250)
  }

  @Test func `inferences on the requested device do not contradict it`() {
    let work = DeviceWork(from: mark([:], busy: 1), to: mark(["NPU": 3], busy: 2))
    #expect(work.contradiction(to: .npu) == nil)
    #expect(work.contradiction(to: .auto) == nil)
    let graphics = DeviceWork(from: mark([:]), to: mark(["GPU.1": 3]))
    #expect(graphics.contradiction(to: .gpu) == nil)
  }

  @Test func `inferences on another device contradict the requested one`() {
    let work = DeviceWork(from: mark([:]), to: mark(["NPU": 3, "CPU": 1]))
    #expect(work.contradiction(to: .npu) == "CPU did the work instead of NPU")
    #expect(work.contradiction(to: .gpu) == "CPU and NPU did the work instead of GPU")
  }

  @Test func `an NPU without busy time in the kernel contradicts its inferences`() {
    let work = DeviceWork(from: mark([:], busy: 7), to: mark(["NPU": 3], busy: 7))
    #expect(work.contradiction(to: .npu) == "the kernel counted no work of the NPU meanwhile")
    #expect(work.contradiction(to: .cpu) == "NPU did the work instead of CPU")
  }
}

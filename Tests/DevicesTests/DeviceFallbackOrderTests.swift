import Support
import Testing

@testable import Devices

@Suite struct `The order of fallback devices` {
  private func chain(_ device: DeviceChoice, _ fallback: Fallback, _ available: DeviceID...) throws
    -> DeviceFallbackOrder
  {
    try DeviceFallbackOrder(device, fallback: fallback, available: available)
  }

  @Test func `auto prefers the best available device, and falls back to the others in order`() throws {
    let chain = try chain(.auto, .auto, "CPU", "GPU.0", "GPU.1", "NPU")
    #expect(chain.devices == ["NPU", "GPU", "CPU"])
    #expect(!chain.needsFirst)
    #expect(try self.chain(.auto, .auto, "CPU").devices == ["CPU"])
    #expect(try self.chain(.auto, .none, "CPU", "GPU").devices == ["GPU"])
  }

  @Test func `a device chosen by name must work at start, and falls back to the processor later`() throws {
    let chain = try chain(.npu, .auto, "CPU", "GPU", "NPU")
    #expect(chain.devices == ["NPU", "CPU"])
    #expect(chain.needsFirst)
  }

  @Test func `a device with the processor as its fallback need not work at start`() throws {
    #expect(try !chain(.npu, .cpu, "CPU", "NPU").needsFirst)
    #expect(try chain(.npu, .cpu, "CPU").devices == ["CPU"])
  }

  @Test func `a device without a fallback is the only one`() throws {
    #expect(try chain(.npu, .none, "CPU", "NPU").devices == ["NPU"])
  }

  @Test(arguments: [Fallback.auto, .none]) func `a missing device is an error that names the available ones`(
    fallback: Fallback
  ) {
    #expect {
      try chain(.npu, fallback, "CPU", "GPU")
    } throws: { error in
      "\(error)" == "there is no NPU here, only CPU, GPU"
    }
  }
}

@Suite struct `The choice of a device` {
  @Test func `a choice is read in lower case, with the number of one of several devices`() {
    #expect(DeviceChoice(rawValue: "auto") == .auto)
    #expect(DeviceChoice(rawValue: "npu") == .npu)
    #expect(DeviceChoice(rawValue: "gpu.1")?.rawValue == "gpu.1")
    #expect(DeviceChoice(rawValue: "GPU") == nil && DeviceChoice(rawValue: "tpu") == nil)
    #expect(DeviceChoice.allCases.map(\.rawValue) == ["auto", "cpu", "gpu", "npu"])
  }

  @Test func `the second GPU is used when it is chosen, and its error names it when it is missing`() throws {
    let choice = try #require(DeviceChoice(rawValue: "gpu.1"))
    let order = try DeviceFallbackOrder(choice, fallback: .auto, available: ["CPU", "GPU.0", "GPU.1"])
    #expect(order.devices == ["GPU.1", "CPU"])
    #expect(throws: DeviceError.missing("GPU.1", available: ["CPU", "GPU"])) {
      try DeviceFallbackOrder(choice, fallback: .auto, available: ["CPU", "GPU"])
    }
  }
}

@Suite struct `The name of a device` {
  @Test(arguments: [
    ("CPU", DeviceID.cpu), ("npu", .npu), ("GPU.1", DeviceID(.gpu, index: 1)),
    ("gpu.0", DeviceID(.gpu, index: 0)),
  ]) func `a device's name is read in any case, with its number`(name: String, device: DeviceID) {
    #expect(DeviceID(name) == device)
    #expect("\(device)" == name.uppercased())
  }

  @Test(arguments: ["", "TPU", "GPU.", "GPU.x", "GPU.-1", "GPU.+1", "GPU.1.2", "AUTO"])
  func `a name of no supported device is rejected`(name: String) {
    #expect(DeviceID(name) == nil)
  }

  @Test func `a numbered device is found among several, and number 0 is also the only one`() {
    let several: [DeviceID] = ["CPU", "GPU.0", "GPU.1"]
    #expect(("GPU.1" as DeviceID).isListed(in: several))
    #expect(!("GPU.2" as DeviceID).isListed(in: several))
    #expect(("GPU" as DeviceID).isListed(in: several))
    #expect(("GPU.0" as DeviceID).isListed(in: ["CPU", "GPU"]))
    #expect(!("GPU.1" as DeviceID).isListed(in: ["CPU", "GPU"]))
  }
}

@Suite struct `The shapes of a device` {
  @Test func `a processor has a dynamic shape unless buckets are configured`() throws {
    var settings = ComputeSettings()
    #expect(try settings.shapes(for: "CPU") == nil)
    settings.buckets = [5]
    #expect(try settings.shapes(for: "CPU")?.limit == 500)
    #expect(try settings.shapes(for: "CPU")?.lazy == [])
  }

  @Test func `an accelerator has default buckets`() throws {
    var settings = ComputeSettings()
    let shapes = try #require(try settings.shapes(for: "NPU"))
    #expect(shapes.eager.map { $0.bucket?.seconds } == [3, 5, 20])
    #expect(shapes.lazy.map { $0.bucket?.seconds } == [10, 30])
    #expect(try settings.shapes(for: "GPU")?.eager.map { $0.bucket?.seconds } == [5, 20])
    settings.lazyBuckets = [15]
    #expect(try settings.shapes(for: "GPU")?.lazy.map { $0.bucket?.seconds } == [15])
  }

  @Test func `a bucket that is both eager and lazy is rejected`() {
    var settings = ComputeSettings()
    settings.buckets = [5, 20]
    settings.lazyBuckets = [20]
    #expect(throws: DeviceError.self) { try settings.checkBuckets() }
  }

  @Test func `a lazy bucket removes the same bucket from the eager defaults`() throws {
    var settings = ComputeSettings()
    settings.lazyBuckets = [20, 30]
    #expect(try settings.shapes(for: "NPU")?.eager.map { $0.bucket?.seconds } == [3, 5])
  }
}

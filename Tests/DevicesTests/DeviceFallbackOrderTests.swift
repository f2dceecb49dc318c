import Testing

@testable import Devices

@Suite struct `The devices that are used` {
  private func chain(_ device: Device, _ fallback: Fallback, _ available: String...) throws
    -> DeviceFallbackOrder
  {
    try DeviceFallbackOrder(device, fallback: fallback, available: available)
  }

  @Test func `auto takes the best that is there, and what is left stands in`() throws {
    let chain = try chain(.auto, .auto, "CPU", "GPU.0", "GPU.1", "NPU")
    #expect(chain.names == ["NPU", "GPU", "CPU"])
    #expect(!chain.needsFirst)
    #expect(try self.chain(.auto, .auto, "CPU").names == ["CPU"])
    #expect(try self.chain(.auto, .none, "CPU", "GPU").names == ["GPU"])
  }

  @Test func `one that was named has to work at start, and the processor stands in later`() throws {
    let chain = try chain(.npu, .auto, "CPU", "GPU", "NPU")
    #expect(chain.names == ["NPU", "CPU"])
    #expect(chain.needsFirst)
  }

  @Test func `with a fallback to the processor it need not`() throws {
    #expect(try !chain(.npu, .cpu, "CPU", "NPU").needsFirst)
    #expect(try chain(.npu, .cpu, "CPU").names == ["CPU"])
  }

  @Test func `without a fallback nothing stands in`() throws {
    #expect(try chain(.npu, .none, "CPU", "NPU").names == ["NPU"])
  }

  @Test(arguments: [Fallback.auto, .none]) func `one that is not there is an error that names those that are`(
    fallback: Fallback
  ) {
    #expect {
      try chain(.npu, fallback, "CPU", "GPU")
    } throws: { error in
      "\(error)" == "there is no NPU here, only CPU, GPU"
    }
  }
}

@Suite struct `The shapes of a device` {
  @Test func `a processor takes any, unless buckets are asked for`() throws {
    var settings = ComputeSettings()
    #expect(try settings.shapes(for: "CPU") == nil)
    settings.buckets = [5]
    #expect(try settings.shapes(for: "CPU")?.limit == 500)
    #expect(try settings.shapes(for: "CPU")?.lazy == [])
  }

  @Test func `an accelerator has some of its own`() throws {
    var settings = ComputeSettings()
    let shapes = try #require(try settings.shapes(for: "NPU"))
    #expect(shapes.eager.map { $0.bucket?.seconds } == [5, 20])
    #expect(shapes.lazy.map { $0.bucket?.seconds } == [10, 30])
    settings.lazyBuckets = [15]
    #expect(try settings.shapes(for: "GPU")?.lazy.map { $0.bucket?.seconds } == [15])
  }

  @Test func `one bucket twice is refused, wherever it is named`() {
    var settings = ComputeSettings()
    settings.buckets = [5, 20]
    settings.lazyBuckets = [20]
    #expect(throws: BucketError.self) { try settings.checkBuckets() }
  }

  @Test func `lazy ones take the place of those that are usual at start`() throws {
    var settings = ComputeSettings()
    settings.lazyBuckets = [20, 30]
    #expect(try settings.shapes(for: "NPU")?.eager.map { $0.bucket?.seconds } == [5])
  }
}

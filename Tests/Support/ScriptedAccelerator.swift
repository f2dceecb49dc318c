package import Devices
internal import SpeechFeatures
internal import Synchronization

/// A scripted device for tests: it can compile slowly, reject dynamic shapes, fail, hang and recover.
package final class ScriptedAccelerator: Accelerator {
  /// The behaviour of the device.
  package struct Script {
    /// The time that compiling and loading from the cache take.
    package var compileTime = Duration.zero
    package var cacheTime = Duration.zero
    /// True if the device compiles dynamic shapes.
    package var takesDynamicShapes = false
    /// The shapes in the cache.
    package var cache: Set<EncoderShape> = []
    /// The cached shapes that another version has written.
    package var stale: Set<EncoderShape> = []
    /// The memory of a loaded encoder, in bytes.
    package var bytes: Int64 = 1_000
    /// The error of encoder runs.
    package var encodeFault: DeviceError?
    /// The errors of loading, by shape.
    package var loadFaults: [EncoderShape: DeviceError] = [:]
    /// True if encoder runs return NaN.
    package var answersNaN = false
    /// The error of the self-test.
    package var selfTestFault: DeviceError?
    /// The gate at which encoder runs wait.
    package var hang: Gate?

    /// Creates the script of a device that works instantly and supports static shapes only.
    package init() {}
  }

  /// The operations that the device has performed.
  package struct Counts: Equatable {
    /// The shapes compiled, in order.
    package var compiled: [EncoderShape] = []
    /// The shapes loaded from the cache, in order.
    package var imported: [EncoderShape] = []
    /// The shapes of the encoder runs, except warm-ups, in order.
    package var runs: [EncoderShape] = []
    /// The number of self-tests.
    package var selfTests = 0
  }

  /// The name of the device.
  package let name: String
  private let time: VirtualTime
  private let state: Mutex<(script: Script, counts: Counts)>

  /// Creates a device on a virtual clock.
  package init(_ name: String, time: VirtualTime, _ script: Script = Script()) {
    self.name = name
    self.time = time
    state = Mutex((script, Counts()))
  }

  /// Returns a processor, which accepts any shape.
  package static func processor(_ time: VirtualTime) -> ScriptedAccelerator {
    var script = Script()
    script.takesDynamicShapes = true
    return ScriptedAccelerator("CPU", time: time, script)
  }

  /// The operations performed so far.
  package var counts: Counts { state.withLock { $0.counts } }

  /// Changes the script.
  package func change(_ body: (inout Script) -> Void) { state.withLock { body(&$0.script) } }

  private var script: Script { state.withLock { $0.script } }

  /// Compiles a shape or loads it from the cache, in virtual time.
  package func load(_ shape: EncoderShape) throws(DeviceError) -> any LoadedEncoder {
    let script = script
    if shape == .dynamic, !script.takesDynamicShapes {
      throw .failed(device: name, why: "to_shape was called on a dynamic shape")
    }
    // Counted at the beginning.
    let isCached = script.cache.contains(shape) && !script.stale.contains(shape)
    state.withLock { state in
      if isCached { state.counts.imported.append(shape) } else { state.counts.compiled.append(shape) }
    }
    time.block(for: isCached ? script.cacheTime : script.compileTime)
    if let fault = self.script.loadFaults[shape] { throw fault }
    state.withLock { state in
      state.script.cache.insert(shape)
      state.script.stale.remove(shape)
    }
    return ScriptedEncoder(device: self, shape: shape, isFromCache: isCached, residentBytes: script.bytes)
  }

  /// Counts a self-test and throws its scripted error.
  package func selfTest() async throws(DeviceError) {
    state.withLock { $0.counts.selfTests += 1 }
    if let fault = script.selfTestFault { throw fault }
  }

  fileprivate func run(_ shape: EncoderShape, _ frames: Int, isWarmUp: Bool) throws(DeviceError) -> Encoding {
    if let width = shape.bucket?.frames, frames > width {
      throw .failed(device: name, why: "\(frames) frames in a bucket of \(width)")
    }
    let script = script
    if !isWarmUp { state.withLock { $0.counts.runs.append(shape) } }
    if !isWarmUp { script.hang?.block() }
    if let fault = script.encodeFault { throw fault }
    return Encoding(values: [script.answersNaN ? .nan : Float(frames)], width: 1, count: 1)
  }
}

private struct ScriptedEncoder: LoadedEncoder {
  let device: ScriptedAccelerator
  let shape: EncoderShape
  let isFromCache: Bool
  let residentBytes: Int64

  var executionDevice: String { device.name }

  func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(DeviceError) -> Encoding {
    try device.run(shape, range.count, isWarmUp: false)
  }

  func warmUp() throws(DeviceError) -> Encoding {
    try device.run(shape, 1, isWarmUp: true)
  }
}

import Acceleration
import SpeechFeatures
import Synchronization

/// A device that does as a test says: it may take long to compile, refuse dynamic shapes, fail, hang and come back.
final class ScriptedAccelerator: Accelerator {
  struct Script {
    /// What compiling and reading from the cache take.
    var compileTime = Duration.zero
    var cacheTime = Duration.zero
    var takesDynamicShapes = false
    /// What is in the cache.
    var cache: Set<EncoderShape> = []
    /// Blobs that another version has written.
    var stale: Set<EncoderShape> = []
    var bytes: Int64 = 1_000
    var encodeFault: DeviceFault?
    var loadFaults: [EncoderShape: DeviceFault] = [:]
    var answersNaN = false
    var selfTestFault: DeviceFault?
    /// Runs stop here.
    var hang: Gate?
  }

  struct Counts: Equatable {
    var compiled: [EncoderShape] = []
    var imported: [EncoderShape] = []
    var runs: [EncoderShape] = []
    var selfTests = 0
  }

  let name: String
  private let time: VirtualTime
  private let state: Mutex<(script: Script, counts: Counts)>

  init(_ name: String, time: VirtualTime, _ script: Script = Script()) {
    self.name = name
    self.time = time
    state = Mutex((script, Counts()))
  }

  /// A processor: it takes any shape.
  static func processor(_ time: VirtualTime) -> ScriptedAccelerator {
    var script = Script()
    script.takesDynamicShapes = true
    return ScriptedAccelerator("CPU", time: time, script)
  }

  var counts: Counts { state.withLock { $0.counts } }

  func change(_ body: (inout Script) -> Void) { state.withLock { body(&$0.script) } }

  private var script: Script { state.withLock { $0.script } }

  func load(_ shape: EncoderShape) throws(DeviceFault) -> any LoadedEncoder {
    let script = script
    if shape == .dynamic, !script.takesDynamicShapes {
      throw .failed(device: name, why: "to_shape was called on a dynamic shape")
    }
    // Counted when it begins.
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

  func selfTest() async throws(DeviceFault) {
    state.withLock { $0.counts.selfTests += 1 }
    if let fault = script.selfTestFault { throw fault }
  }

  fileprivate func run(_ shape: EncoderShape, _ frames: Int, isWarmUp: Bool) throws(DeviceFault) -> Encoding {
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

  func encode(_ frames: LogMelFrames, _ range: Range<Int>) throws(DeviceFault) -> Encoding {
    try device.run(shape, range.count, isWarmUp: false)
  }

  func warmUp() throws(DeviceFault) -> Encoding {
    try device.run(shape, 1, isWarmUp: true)
  }
}

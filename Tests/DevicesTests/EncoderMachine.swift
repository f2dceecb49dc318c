import SpeechFeatures
import Support
import Testing

@testable import Devices

/// A scripted NPU and processor, and their events.
struct EncoderMachine {
  let time = VirtualTime()
  let npu: ScriptedAccelerator
  let cpu: ScriptedAccelerator
  let service: EncoderService
  private let log = Log<DeviceEvent>()

  /// - Parameter fallback: True if the processor is the fallback of the NPU.
  init(
    eager: [Double] = [5], lazy: [Double] = [], limits: EncoderCacheLimits = EncoderCacheLimits(),
    fallback: Bool = true,
    _ script: ScriptedAccelerator.Script = ScriptedAccelerator.Script()
  ) throws {
    npu = ScriptedAccelerator("NPU", time: time, script)
    cpu = .processor(time)
    let shapes = try EncoderShapes(
      eager: eager.map(Bucket.init(seconds:)), lazy: lazy.map(Bucket.init(seconds:)))
    var timing = DeviceTiming()
    timing.pause = time.pause
    var processorTiming = timing
    processorTiming.inferenceLimit = nil
    processorTiming.loadLimit = nil
    let onEvent: @Sendable (DeviceEvent) -> Void = { [log] event in log.append(event) }
    let first = EncoderDevice(
      npu, shapes: shapes, limits: limits, timing: timing, selfTest: npu.selfTest, onEvent: onEvent)
    let second = EncoderDevice(
      cpu, shapes: .dynamic(limit: 6000), timing: processorTiming, selfTest: nil, onEvent: onEvent)
    service = EncoderService(fallback ? [first, second] : [first])
  }

  func started() async throws -> EncoderMachine {
    try await service.start(onFirstOnly: true)
    return self
  }

  /// Encodes an utterance of a duration in seconds.
  func encode(_ seconds: Double) async throws -> EncoderOutput {
    let count = Int((seconds * 100).rounded())
    let answer = try await service.encode(frames, 0..<count)
    #expect(answer.encoding.values == [Float(count)])
    return answer
  }

  var report: DeviceReport { service.devices[0].report }

  func isReady(_ seconds: Double) -> Bool { state(seconds) == .ready }

  func state(_ seconds: Double) -> DeviceReport.Encoder.State? {
    report.encoders.first { $0.shape.bucket?.seconds == seconds }?.state
  }

  var events: [DeviceEvent] { log.all }
}

/// A minute of silence; only the number of frames matters.
private let frames: LogMelFrames = {
  var extractor = LogMelExtractor(bandCount: 1)
  extractor.append([Float](repeating: 0, count: 60 * 16_000).span)
  return extractor.finished()
}()

import Audio
import Concurrency
import Devices
import FoundationEssentials
import Inference
import ModelStore
import SpeechFeatures
import Support
import Testing
import Transducer

@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

/// The largest difference of encoder outputs, the norm of the difference relative to the norm.
private let tolerance = 1e-4

/// Returns the settings of the built-in model on the processor.
private func settings(
  _ precision: Precision = .f32, buckets: [Double]? = nil, lazy: [Double]? = nil
) -> ComputeSettings {
  var settings = ComputeSettings(device: .cpu, precision: precision)
  settings.buckets = buckets
  settings.lazyBuckets = lazy
  return settings
}

private func samples(of recording: String) throws -> [Float] {
  var reader = try AudioReader(path: Fixtures.recording(recording))
  var samples: [Float] = []
  while let part = try reader.next() { samples += part }
  return samples
}

private func frames(of samples: [Float]) throws -> LogMelFrames {
  var extractor = LogMelExtractor(
    bandCount: try ModelDirectory.find(ModelDirectory.builtin).configuration.bandCount)
  extractor.append(samples.span)
  return extractor.finished()
}

/// Returns an exact number of frames of speech.
private func speech(frames count: Int) throws -> [Float] {
  let hop = LogMelExtractor.sampleRate / LogMelExtractor.frameRate
  return Array(try samples(of: "long.flac").prefix(count * hop))
}

/// An encoder's output, and the emissions decoded from it.
private struct Recognized: Sendable {
  var encoding: Encoding
  var emissions: [Emission]

  var tokens: [Int32] { emissions.map(\.token) }

  /// Returns the norm of the difference, relative to the norm.
  func difference(to other: Recognized) -> Double {
    guard encoding.width == other.encoding.width, encoding.count == other.encoding.count else {
      return .infinity
    }
    var (difference, norm) = (0.0, 0.0)
    for (one, other) in zip(encoding.values, other.encoding.values) {
      difference += Double((one - other) * (one - other))
      norm += Double(other * other)
    }
    return (difference / norm).squareRoot()
  }
}

/// Runs stretches of recordings through one encoder, on a separate thread because networks block.
///
/// - Parameter target: The device that the graph is made for; the processor runs it.
private func recognize(
  _ stretches: [(frames: LogMelFrames, range: Range<Int>)], in shape: EncoderShape,
  precision: Precision = .f32, madeFor target: DeviceID = "CPU"
) async throws -> [Recognized] {
  let recognized = try await DeviceThread(device: "CPU").run { () throws(DeviceError) in
    Result {
      let networks = try NetworkCompiler(
        ModelDirectory.find(ModelDirectory.builtin), settings: settings(precision))
      let search = GreedyDecoder(
        blank: networks.model.vocabulary.blank,
        maximumTokensPerFrame: networks.model.configuration.maximumTokensPerFrame)
      var encoder = try networks.encoder(on: "CPU", shape, madeFor: target)
      var decoder = try networks.decoderNetworks()
      var recognized: [Recognized] = []
      for stretch in stretches {
        let encoding = try encoder.encode(stretch.frames, stretch.range)
        try decoder.project(encoding)
        let decoding = try search.decode(frameCount: encoding.count, with: &decoder)
        recognized.append(Recognized(encoding: encoding, emissions: decoding.emissions))
      }
      return recognized
    }
  }
  return try recognized.get()
}

private func whole(_ frames: LogMelFrames) -> (frames: LogMelFrames, range: Range<Int>) {
  (frames, 0..<frames.count)
}

private func bucket(_ seconds: Double) throws -> EncoderShape { .bucket(try Bucket(seconds: seconds)) }

@Suite struct `The parity of buckets and the dynamic shape` {
  @Test func `every recording gives the tokens of the dynamic shape in each bucket`() async throws {
    let names = try Fixtures.tokens().keys.filter { $0 != "long.flac" }.sorted()
    let recordings = try names.map { try frames(of: samples(of: $0)) }
    let dynamic = try await recognize(recordings.map(whole), in: .dynamic)
    for seconds in [2.5, 5, 7.5, 10, 20, 30] {
      let shape = try bucket(seconds)
      let held = recordings.indices.filter { recordings[$0].count <= shape.bucket?.frames ?? 0 }
      #expect(!held.isEmpty)
      for (index, recognized) in zip(held, try await recognize(held.map { whole(recordings[$0]) }, in: shape))
      {
        #expect(
          recognized.emissions.map(\.frame) == dynamic[index].emissions.map(\.frame),
          "\(names[index]), \(shape)")
        #expect(recognized.tokens == dynamic[index].tokens, "\(names[index]), \(shape)")
        #expect(recognized.difference(to: dynamic[index]) <= tolerance, "\(names[index]), \(shape)")
      }
    }
  }

  /// One frame less than a bucket holds, exactly as many, and one more, which goes to the next bucket.
  @Test(arguments: [(5.0, 7.5), (10.0, 20.0)])
  func `a bucket at its edge gives the tokens of the dynamic shape`(seconds: Double, next: Double)
    async throws
  {
    let shapes = try EncoderShapes(eager: [Bucket(seconds: next), Bucket(seconds: seconds)], lazy: [])
    let edge = try Bucket(seconds: seconds).frames
    let stretches = try [edge - 1, edge, edge + 1].map { whole(try frames(of: speech(frames: $0))) }
    #expect(stretches.map(\.frames.count) == [edge - 1, edge, edge + 1])
    #expect(shapes.holding(edge - 1).first == (try bucket(seconds)))
    #expect(shapes.holding(edge).first == (try bucket(seconds)))
    #expect(shapes.holding(edge + 1).first == (try bucket(next)))
    #expect(shapes.holding(shapes.limit + 1).isEmpty)

    let dynamic = try await recognize(stretches, in: .dynamic)
    let bucketed =
      try await recognize(Array(stretches.prefix(2)), in: bucket(seconds))
      + recognize(Array(stretches.suffix(1)), in: bucket(next))
    for (recognized, expected) in zip(bucketed, dynamic) {
      #expect(!expected.tokens.isEmpty)
      #expect(recognized.tokens == expected.tokens)
      #expect(recognized.emissions.map(\.frame) == expected.emissions.map(\.frame))
      #expect(recognized.difference(to: expected) <= tolerance)
    }
  }

  @Test func `a bucket refuses an utterance that is one frame too long`() async throws {
    let frames = try frames(of: speech(frames: 501))
    await #expect {
      _ = try await recognize([whole(frames)], in: bucket(5))
    } throws: { error in
      "\(error)".contains("501 frames do not fit in 500")
    }
  }
}

/// The largest difference by rounding to eight bits, the norm of the difference relative to the norm.
private let roundingTolerance = 0.03

@Suite struct `The precisions of a static shape` {
  /// Recordings that fit in five seconds.
  private func recordings() throws -> [(name: String, frames: LogMelFrames)] {
    try Fixtures.tokens().keys.filter { $0 != "long.flac" }.sorted()
      .map { ($0, try frames(of: samples(of: $0))) }.filter { $0.1.count <= 500 }
  }

  @Test(arguments: [Precision.f32, .bf16, .f16, .int8])
  func `a static shape gives the texts of the dynamic shape`(precision: Precision) async throws {
    let recordings = try recordings()
    let stretches = recordings.map { whole($0.frames) }
    do {
      let dynamic = try await recognize(stretches, in: .dynamic, precision: precision)
      let bucketed = try await recognize(stretches, in: bucket(5), precision: precision)
      let plain = try await recognize(stretches, in: .dynamic)
      for (index, recording) in recordings.enumerated() {
        #expect(bucketed[index].tokens == dynamic[index].tokens, "\(recording.name)")
        #expect(dynamic[index].difference(to: plain[index]) < roundingTolerance, "\(recording.name)")
        #expect(bucketed[index].difference(to: plain[index]) < roundingTolerance, "\(recording.name)")
      }
    } catch ParakeetError.precision {
      // Not every processor supports sixteen bits.
    }
  }

  /// An accelerator's graph, run by the processor.
  @Test(
    arguments: [
      ("GPU", nil, tolerance), ("GPU", WeightFormat.f16, 0.003), ("GPU", .int8, roundingTolerance),
      ("NPU", nil, tolerance), ("NPU", .f16, 0.003), ("NPU", .int8, roundingTolerance),
    ] as [(DeviceID, WeightFormat?, Double)])
  func `an accelerator's graph gives the outputs of the export`(
    device: DeviceID, weights: WeightFormat?, tolerance: Double
  ) async throws {
    let recordings = try recordings().prefix(3).map(\.frames)
    try await compare(recordings, on: device, weights, in: bucket(5), tolerance)
  }

  @Test(arguments: [(2, 224), (5, 512), (10, 1024), (20, 2048), (30, 3072)] as [(Double, Int)])
  func `an NPU's graph fills tiles of frames`(seconds: Double, width: Int) throws {
    let bucket = try Bucket(seconds: seconds)
    #expect(EncoderPasses.width(of: bucket, on: .npu) == width)
    #expect(EncoderPasses.width(of: bucket, on: .other) == bucket.frames)
  }

  @Test(arguments: [(Precision.f32, 5), (.int8, 5), (.int8, 20)] as [(Precision, Double)])
  func `an NPU's graph gives the texts of the dynamic shape`(precision: Precision, seconds: Double)
    async throws
  {
    let recordings = try recordings()
    let stretches = recordings.map { whole($0.frames) }
    let plain = try await recognize(stretches, in: .dynamic)
    let answers = try await recognize(stretches, in: bucket(seconds), precision: precision, madeFor: "NPU")
    for (index, recording) in recordings.enumerated() {
      #expect(
        !plain[index].tokens.isEmpty && answers[index].tokens == plain[index].tokens, "\(recording.name)")
    }
  }

  /// One frame less than a bucket holds and exactly as many, few frames, and a bucket of 20 s, in which the feed-forward
  /// modules have another form.
  @Test(arguments: [2, 5, 5.12, 10, 20])
  func `an NPU's graph gives the outputs of the export in every valid frame`(seconds: Double) async throws {
    let edge = try Bucket(seconds: seconds).frames
    let stretches = try [1, 2, 17, edge - 1, edge].map { try frames(of: speech(frames: $0)) }
    try await compare(stretches, on: "NPU", nil, in: bucket(seconds), tolerance)
  }

  private func compare(
    _ stretches: [LogMelFrames], on device: DeviceID, _ weights: WeightFormat?, in shape: EncoderShape,
    _ tolerance: Double
  ) async throws {
    let plain = try await recognize(stretches.map(whole), in: .dynamic)
    let answers = try await withTemporaryDirectory { directory in
      try await DeviceThread(device: "CPU").run { () throws(DeviceError) in
        Result { try acceleratorEncodings(of: stretches, on: device, weights, in: shape, directory.path) }
      }.get()
    }
    for (answer, expected) in zip(answers, plain) {
      #expect(Recognized(encoding: answer, emissions: []).difference(to: expected) < tolerance)
    }
  }

  private func acceleratorEncodings(
    of stretches: [LogMelFrames], on device: DeviceID, _ weights: WeightFormat?, in shape: EncoderShape,
    _ directory: String
  ) throws -> [Encoding] {
    let runtime = try Runtime()
    let model = try ModelDirectory.find(ModelDirectory.builtin)
    var graph = try SpeechGraphs.encoder(of: model, weights: weights, runtime: runtime)
    if weights == .f16 {
      try graph.save(to: "\(directory)/encoder.xml", halfPrecision: true)
      graph = try runtime.readGraph(at: "\(directory)/encoder.xml")
    }
    try EncoderPasses.apply(
      to: &graph, shape: shape, bandCount: model.configuration.bandCount,
      target: EncoderPasses.Target(device, roundsActivations: false), longest: 3000, runtime)
    let compiled = try runtime.compile(
      graph, name: "encoder", for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
    var network = try EncoderNetwork(compiled, shape, on: "CPU")
    return try stretches.map { try network.encode($0, 0..<$0.count) }
  }
}

@Suite struct `Recognition in buckets` {
  private func recognizer(_ settings: ComputeSettings) throws -> Recognizer {
    Recognizer(
      model: try ModelDirectory.find(ModelDirectory.builtin), settings: settings, listening: .everything)
  }

  private func transcript(_ samples: [Float], _ recognizer: Recognizer) async throws -> Transcript {
    try await recognizer.transcribe(samples)
  }

  @Test func `an utterance runs in the smallest bucket that holds it, to the frame`() async throws {
    let (bucketed, dynamic) = (try recognizer(settings(buckets: [10, 5])), try recognizer(settings()))
    try await bucketed.prepare()
    for (count, seconds) in [(499, 5.0), (500, 5.0), (501, 10.0), (999, 10.0), (1000, 10.0)] {
      let audio = try speech(frames: count)
      let transcript = try await transcript(audio, bucketed)
      #expect(transcript.bucket == seconds, "\(count) frames")
      #expect(transcript.fallbackReason == nil)
      let expected = try await self.transcript(audio, dynamic)
      #expect(expected.bucket == nil)
      #expect(transcript.spoken.tokens.map(\.id) == expected.spoken.tokens.map(\.id), "\(count) frames")
      #expect(transcript.spoken.tokens.map(\.start) == expected.spoken.tokens.map(\.start), "\(count) frames")
    }
  }

  /// One frame too many makes two windows, and nothing between them is lost.
  @Test(arguments: [1001, 5912])
  func `an utterance longer than the largest bucket is cut without loss`(count: Int) async throws {
    let audio = try speech(frames: count)
    var utterance = Utterance(extractor: LogMelExtractor(bandCount: 128), .everything)
    utterance.append(audio)
    var windows: [WindowFrames] = []
    while let window = utterance.nextWindow(limit: 1000) { windows.append(window) }
    windows += utterance.lastWindows(limit: 1000)
    #expect(windows.count > 1)
    #expect(windows.first?.window.frames.lowerBound == 0)
    #expect(windows.last?.window.frames.upperBound == count)

    let dynamic = try await recognize(windows.map { ($0.frames, $0.window.frames) }, in: .dynamic)
    let transcript = try await transcript(audio, recognizer(settings(buckets: [5, 10])))
    #expect(transcript.spoken.tokens.map(\.id) == merged(windows, dynamic).map(\.token))
    for (window, recognized) in zip(windows, dynamic) where window.window.frames.count > 200 {
      #expect(!recognized.tokens.isEmpty, "\(window.window)")
    }
  }

  private func merged(_ windows: [WindowFrames], _ recognized: [Recognized]) -> [Emission] {
    var (merged, end): ([Emission], Int) = ([], 0)
    for (window, recognized) in zip(windows.map(\.window.frames), recognized) {
      let emissions = recognized.emissions.map {
        Emission(token: $0.token, frame: $0.frame + window.lowerBound / 8, duration: 0, confidence: 0)
      }
      merged =
        window.lowerBound < end
        ? OverlapMerge.merged(merged, emissions, overlap: window.lowerBound / 8..<end / 8) { _ in true }
        : merged + emissions
      end = window.upperBound
    }
    return merged
  }

  /// One sentence after the other, each in its own window.
  @Test func `every sentence of a long recording is recognized once`() async throws {
    let recordings = ["es-02.wav", "en-05.wav", "es-02.wav", "en-05.wav"]
    let golden = try Fixtures.tokens()
    let said = recordings.compactMap { golden[$0]?.text }.joined(separator: " ")
    let transcript = try await transcript(
      recordings.flatMap { try samples(of: $0) }, recognizer(settings(buckets: [2.5, 5])))
    #expect(SelfTest(samples: [], text: said).accepts(transcript.text), "\(transcript.text)")
    #expect(transcript.text.count { $0 == "." } == recordings.count, "\(transcript.text)")
  }

  @Test func `every text is right while lazy encoders replace one another`() async throws {
    var settings = settings(buckets: [2.5], lazy: [5, 10])
    settings.encoderCacheLimits = EncoderCacheLimits(count: 2)
    let recognizer = try recognizer(settings)
    try await recognizer.prepare()
    let golden = try Fixtures.tokens()
    // 2.11 s, 4.35 s, and 5.47 s.
    for recording in ["en-01.wav", "es-02.wav", "es-12.wav", "en-01.wav", "es-02.wav", "es-12.wav"] {
      let transcript = try await transcript(samples(of: recording), recognizer)
      #expect(transcript.text == golden[recording]?.text, "\(recording)")
    }
    let report = try #require(recognizer.devices.first)
    #expect(report.name == "CPU")
    #expect(report.hits == 6)
    #expect(report.inferences == 6)
    #expect(report.encoders.count { $0.state == .ready } <= 2)
    #expect(report.encoders.first { $0.shape.bucket?.seconds == 2.5 }?.state == .ready, "it is pinned")
    #expect(report.evictions > 0)
    #expect(report.failures == 0)
  }
}

// Measures recognition inside the process and prints one JSON object.
//
//     .build/release/stages MODEL PRECISION RECORDING RUNS [DIRECTORY OF PREPARED MODELS]
//     .build/release/stages shapes MODEL PRECISION RECORDING RUNS SECONDS [DIRECTORY OF PREPARED MODELS]
//     .build/release/stages names MODEL PRECISION RECORDING RUNS COUNTS [DIRECTORY OF PREPARED MODELS]
//     .build/release/stages parity MODEL PRECISION DEVICE SECONDS RECORDING…
//     .build/release/stages prepare MODEL WEIGHTS DIRECTORY OF PREPARED MODELS
//     .build/release/stages graphs MODEL PRECISION SECONDS|dynamic DIRECTORY [DIRECTORY OF PREPARED MODELS]
//     .build/release/stages endpointing MODEL PRECISION FACTOR RECORDING…
//     .build/release/stages profile MODEL PRECISION RECORDING RUNS SECONDS [DIRECTORY OF PREPARED MODELS]
//     .build/release/stages numbers LANGUAGE < TEXTS
//     .build/release/stages wording LANGUAGE words|digits|auto < TEXTS
//
// `names` decodes with lists of names, such as 200,1000 names.
// `parity` compares buckets, made for a DEVICE but run by the processor, with the network of dynamic shape.
// `endpointing` tells where the end of speech is heard, with the times of silence multiplied by FACTOR.
// `graphs` writes the graphs that an NPU would compile; Tools/npu-compiler reads them. SECONDS are the lengths of buckets: 5,10,20.
// `profile` tells the encoder's time by operation for a length of SECONDS, and what the processor can do at best.
// `numbers` reads each line as a number: "21", "21 st", or "-" if it is none. `wording` words each line.

import Audio
import Concurrency
import Devices
import Endpointing
import FoundationEssentials
import Glibc
import ModelStore
internal import Parakeet
import Recognition
import SpeechEngine
import SpeechFeatures

@main
struct Stages {
  static func main() async {
    do {
      try await run()
    } catch {
      let line = Array("stages: \(error)\n".utf8)
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      exit(1)
    }
  }

  private static func run() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "shapes": try printJSON(shapeTimes(rest))
    case "names": try printJSON(nameTimes(rest))
    case "parity": try printJSON(parity(rest))
    case "prepare": try printJSON(prepare(rest))
    case "endpointing": try await endpointTrials(rest)
    case "graphs": try writeGraphs(rest)
    case "profile": try printJSON(profile(rest))
    case "numbers": try readNumbers(rest)
    case "wording": try wordLines(rest)
    default: try printJSON(stageTimes(arguments))
    }
  }

  private static func stageTimes(_ arguments: [String]) throws -> StageTimes {
    guard (4...5).contains(arguments.count), let precision = Precision(rawValue: arguments[1]),
      let runs = Int(arguments[3])
    else { throw UsageError() }
    return try StageTimes(
      of: ModelDirectory.find(arguments[0]), precision, prepared: arguments.dropFirst(4).first,
      hearing: samples(of: arguments[2]), runs: runs)
  }

  private static func shapeTimes(_ arguments: [String]) throws -> [ShapeTimes] {
    guard (5...6).contains(arguments.count), let precision = Precision(rawValue: arguments[1]),
      let runs = Int(arguments[3])
    else { throw UsageError() }
    return try ShapeTimes.measure(
      ModelDirectory.find(arguments[0]), precision, prepared: arguments.dropFirst(5).first,
      hearing: samples(of: arguments[2]), runs: runs, in: buckets(arguments[4]))
  }

  private static func profile(_ arguments: [String]) throws -> EncoderProfile {
    guard (5...6).contains(arguments.count), let precision = Precision(rawValue: arguments[1]),
      let runs = Int(arguments[3]), let seconds = Double(arguments[4])
    else { throw UsageError() }
    return try EncoderProfile(
      of: ModelDirectory.find(arguments[0]), precision, prepared: arguments.dropFirst(5).first,
      hearing: samples(of: arguments[2]), seconds: seconds, runs: runs)
  }

  private static func nameTimes(_ arguments: [String]) throws -> NameTimes {
    guard (5...6).contains(arguments.count), let precision = Precision(rawValue: arguments[1]),
      let runs = Int(arguments[3])
    else { throw UsageError() }
    return try NameTimes(
      of: ModelDirectory.find(arguments[0]), precision, prepared: arguments.dropFirst(5).first,
      hearing: samples(of: arguments[2]), runs: runs,
      counts: arguments[4].split(separator: ",").compactMap { Int($0) })
  }

  private static func parity(_ arguments: [String]) throws -> [BucketParity] {
    guard arguments.count > 4, let precision = Precision(rawValue: arguments[1]),
      let device = DeviceID(arguments[2])
    else { throw UsageError() }
    return try BucketParity.compare(
      ModelDirectory.find(arguments[0]), precision, device: device, buckets: buckets(arguments[3]),
      recordings: Array(arguments.dropFirst(4)))
  }

  /// Prints a line for each recording.
  private static func endpointTrials(_ arguments: [String]) async throws {
    guard arguments.count > 3, let precision = Precision(rawValue: arguments[1]),
      let factor = Double(arguments[2])
    else { throw UsageError() }
    let recognizer = try Recognizer(
      model: ModelDirectory.find(arguments[0]), settings: ComputeSettings(device: .cpu, precision: precision))
    try await recognizer.prepare()
    for file in arguments.dropFirst(3) {
      try printJSON(
        await EndpointTrial(of: file, by: recognizer, EndpointTimes().scaled(by: factor)))
    }
  }

  /// Prepares a model and returns its directory.
  private static func prepare(_ arguments: [String]) throws -> String {
    guard arguments.count == 3, let weights = WeightFormat(rawValue: arguments[1]) else { throw UsageError() }
    return try PreparedModels(directory: arguments[2])
      .prepared(ModelDirectory.find(arguments[0]), weights: weights).path
  }

  private static func writeGraphs(_ arguments: [String]) throws {
    guard (4...5).contains(arguments.count), let precision = Precision(rawValue: arguments[1]) else {
      throw UsageError()
    }
    let shapes =
      arguments[2] == "dynamic"
      ? [.dynamic] : try buckets(arguments[2]).map { EncoderShape.bucket($0) }
    guard let shape = shapes.first, shapes.count == 1 else { throw UsageError() }
    let settings = ComputeSettings(
      device: .npu, precision: precision, preparedDirectory: arguments.dropFirst(4).first)
    try NetworkCompiler(ModelDirectory.find(arguments[0]), settings: settings)
      .writeNPUGraphs(shape, to: arguments[3])
  }

  private static func buckets(_ text: String) throws -> [Bucket] {
    try text.split(separator: ",").map { part in
      guard let seconds = Double(part) else { throw UsageError() }
      return try Bucket(seconds: seconds)
    }.sorted()
  }

  private static func printJSON(_ report: some Encodable) throws {
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}

/// Reads all samples of a recording: 16 kHz, mono.
func samples(of path: String) throws -> [Float] {
  var reader = try AudioReader(path: path)
  var samples: [Float] = []
  while let part = try reader.next() { samples += part }
  return samples
}

func logMelFrames(of samples: some Collection<Float>, bands: Int) -> LogMelFrames {
  var extractor = LogMelExtractor(bandCount: bands)
  extractor.append(Array(samples).span)
  return extractor.finished()
}

/// Returns the time that the body takes, in seconds.
func clocked(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  try body()
  return (clock.now - start).seconds
}

struct UsageError: Error, CustomStringConvertible {
  var description: String {
    """
    usage: stages MODEL PRECISION RECORDING RUNS [DIRECTORY]
           stages shapes MODEL PRECISION RECORDING RUNS SECONDS [DIRECTORY]
           stages names MODEL PRECISION RECORDING RUNS COUNTS [DIRECTORY]
           stages parity MODEL PRECISION DEVICE SECONDS RECORDING…
           stages endpointing MODEL PRECISION FACTOR RECORDING…
           stages prepare MODEL WEIGHTS DIRECTORY
           stages graphs MODEL PRECISION SECONDS|dynamic DIRECTORY [DIRECTORY]
           stages profile MODEL PRECISION RECORDING RUNS SECONDS [DIRECTORY]
           stages numbers LANGUAGE
           stages wording LANGUAGE words|digits|auto
    """
  }
}

internal import Devices
internal import FoundationEssentials
internal import Recognition

/// The measurements as JSON. Times are in seconds. The keys are a stable interface and are always present, with null
/// for missing values.
struct BenchJSON: Encodable {
  private let version = Lorikeet.version
  private let model, processor: Nullable<String>
  private let runs, warmUp: Int
  private let synthetic: Bool
  private let trailingSilence: Nullable<Double>
  private let idleWatts: Nullable<Double>
  private let energyUnavailable: Nullable<String>
  private let backends: [Backend]

  private struct Backend: Encodable {
    let name: String
    let error: Nullable<String>
    let proof: Nullable<Proof>
    let recordings: [Stages]
    let afterIdle: Nullable<AfterIdle>
    let realtime: [RealTime]
  }

  private struct Proof: Encodable {
    let text: String
    let executedOn: Nullable<String>
    let inferences: Nullable<[String: Int]>
    let npuBusyMicroseconds: Nullable<UInt64>
    let loadSeconds, firstSeconds: Nullable<Double>
  }

  private struct Stages: Encodable {
    let name: String
    let audioSeconds: Double
    let device: Nullable<String>
    let bucket: Nullable<Double>
    let precision: String
    let fromCache: Bool
    let fallbackReasons: [String]
    let inferences: [String: Int]
    let npuBusyMicroseconds: Nullable<UInt64>
    let features, encoder, decoder, total: Times
    let realTimeFactor: Double
    let joules, joulesAboveIdle, wattsAboveIdle: Nullable<Double>

    private enum CodingKeys: String, CodingKey {
      case name, audioSeconds, device, bucket, precision, fromCache
      case fallbackReasons = "detours"
      case inferences, npuBusyMicroseconds, features, encoder, decoder, total, realTimeFactor
      case joules, joulesAboveIdle, wattsAboveIdle
    }
  }

  private struct AfterIdle: Encodable {
    let name: String
    let audioSeconds, idleSeconds: Double
    let device: Nullable<String>
    let total: Times
    let warm: Double
  }

  private struct RealTime: Encodable {
    let name: String
    let audioSeconds: Double
    let text: String
    let inferences: Nullable<[String: Int]>
    let npuBusyMicroseconds: Nullable<UInt64>
    let latency: Times
  }

  private struct Times: Encodable {
    let count: Int
    let median, mean, min, max, p95: Double

    init(_ spread: Spread) {
      count = spread.count
      median = rounded(spread.median, to: 1e6)
      mean = rounded(spread.mean, to: 1e6)
      min = rounded(spread.min, to: 1e6)
      max = rounded(spread.max, to: 1e6)
      p95 = rounded(spread.p95, to: 1e6)
    }
  }

  init(_ result: BenchResult) {
    model = Nullable(result.model)
    processor = Nullable(result.processor)
    (runs, warmUp) = (result.runs, result.warmUp)
    synthetic = result.isSynthetic
    trailingSilence = Nullable(result.trailingSilence)
    idleWatts = Nullable(result.idlePower.watts.map { rounded($0) })
    energyUnavailable = Nullable(result.idlePower.unavailableReason)
    backends = result.backends.map { backend in
      let measurement = backend.measurement
      return Backend(
        name: backend.name, error: Nullable(backend.failure?.description),
        proof: Nullable(measurement.map { Self.proof($0.proof) }),
        recordings: (measurement?.stages ?? []).map(Self.stages),
        afterIdle: Nullable(measurement?.afterIdle.map(Self.afterIdle)),
        realtime: (measurement?.realTime ?? []).map(Self.realTime))
    }
  }

  /// The object in one line.
  var line: String { JSONLine.of(self) }

  private static func proof(_ proof: BenchResult.Proof) -> Proof {
    Proof(
      text: proof.text, executedOn: Nullable(proof.executedOn), inferences: Nullable(proof.work?.inferences),
      npuBusyMicroseconds: Nullable(proof.work?.npuMicroseconds),
      loadSeconds: Nullable(proof.loadSeconds.map { rounded($0, to: 1e6) }),
      firstSeconds: Nullable(proof.firstSeconds.map { rounded($0, to: 1e6) }))
  }

  private static func stages(_ row: BenchResult.StageRow) -> Stages {
    Stages(
      name: row.recording, audioSeconds: rounded(row.audioSeconds), device: Nullable(row.device),
      bucket: Nullable(row.bucket), precision: row.precision.rawValue, fromCache: row.isFromCache,
      fallbackReasons: row.fallbackReasons, inferences: row.work.inferences,
      npuBusyMicroseconds: Nullable(row.work.npuMicroseconds), features: Times(row.features),
      encoder: Times(row.encoder), decoder: Times(row.decoder), total: Times(row.total),
      realTimeFactor: rounded(row.realTimeFactor, to: 1e6),
      joules: Nullable(row.energy.map { rounded($0.joules) }),
      joulesAboveIdle: Nullable(row.energy.map { rounded($0.joulesAboveIdle) }),
      wattsAboveIdle: Nullable(row.energy.map { rounded($0.wattsAboveIdle) }))
  }

  private static func afterIdle(_ row: BenchResult.AfterIdle) -> AfterIdle {
    AfterIdle(
      name: row.recording, audioSeconds: rounded(row.audioSeconds), idleSeconds: row.idleSeconds,
      device: Nullable(row.device), total: Times(row.total), warm: rounded(row.warm, to: 1e6))
  }

  private static func realTime(_ row: BenchResult.RealTimeRow) -> RealTime {
    RealTime(
      name: row.recording, audioSeconds: rounded(row.audioSeconds), text: row.text,
      inferences: Nullable(row.work?.inferences), npuBusyMicroseconds: Nullable(row.work?.npuMicroseconds),
      latency: Times(row.latency))
  }
}

internal import Devices
internal import Recognition

/// The measurements as text tables.
struct BenchReport {
  private let result: BenchResult

  init(_ result: BenchResult) {
    self.result = result
  }

  /// The number of runs from which the 95th percentile says more than the slowest run.
  private static let runsForPercentile = 20

  private typealias Measured = (backend: BenchResult.Backend, measurement: BenchResult.Measurement)

  private var measured: [Measured] {
    result.backends.compactMap { backend in backend.measurement.map { (backend, $0) } }
  }

  var text: String {
    ([[title], proofs, stages, comparison, afterIdle, realTime, remarks].filter { !$0.isEmpty })
      .map { $0.map(\.inOneLine).joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var title: String {
    let runs = "\(counted(result.runs, "run")) after \(counted(result.warmUp, "warm-up"))"
    return
      (["lorikeet \(Lorikeet.version)", result.model.map { "model \($0)" }, result.processor, runs]
      .compactMap(\.self)).joined(separator: ", ")
  }

  // MARK: The executing device

  private var proofs: [String] {
    var table = TextTable(columns: [
      .init(title: "requested", isNumber: false), .init(title: "OpenVINO says", isNumber: false),
      .init(title: "counted", isNumber: false), .init(title: "NPU busy"), .init(title: "loaded in"),
      .init(title: "first transcript"),
    ])
    for (backend, measurement) in measured {
      let proof = measurement.proof
      table.rows.append([
        backend.name, proof.executedOn ?? "–", proof.work?.words ?? "–",
        proof.work?.npuMicroseconds.map { duration(Double($0) / 1e6) } ?? "–",
        proof.loadSeconds.map(duration) ?? "–", proof.firstSeconds.map(duration) ?? "–",
      ])
    }
    return ["Executing device, by the self-test's recording"] + table.lines
  }

  // MARK: Tables

  private var stages: [String] {
    guard measured.contains(where: { !$0.measurement.stages.isEmpty }) else { return [] }
    var table = TextTable(
      columns: Self.recording + [
        .init(title: "bucket"), .init(title: "from cache", isNumber: false), .init(title: "features"),
        .init(title: "encoder"), .init(title: "decoder"), .init(title: "total"), .init(title: "of real time"),
      ])
    for (backend, measurement) in measured {
      for row in measurement.stages {
        table.rows.append(
          cells(row.recording, row.audioSeconds) + [name(of: backend, row)] + [
            row.bucket.map { "\(rounded($0, to: 10)) s" } ?? "any", row.isFromCache ? "yes" : "no",
            spread(row.features), spread(row.encoder), spread(row.decoder), spread(row.total),
            "\(rounded(row.realTimeFactor, to: 10_000))",
          ])
      }
    }
    return ["Milliseconds: median \(spreadTitle)"] + table.lines
  }

  private var comparison: [String] {
    guard measured.contains(where: { !$0.measurement.stages.isEmpty }) else { return [] }
    var table = TextTable(
      columns: Self.recording + [
        .init(title: "average latency"), .init(title: "energy per inference"),
        .init(title: "power above idle"),
      ])
    for (backend, measurement) in measured {
      for row in measurement.stages {
        table.rows.append(
          cells(row.recording, row.audioSeconds) + [
            name(of: backend, row), duration(row.total.mean),
            row.energy.map { "\(rounded($0.joulesAboveIdle, to: 100)) J" } ?? "–",
            row.energy.map { "\(rounded($0.wattsAboveIdle, to: 10)) W" } ?? "–",
          ])
      }
    }
    return ["Latency and energy"] + table.lines
  }

  private var afterIdle: [String] {
    let rows = measured.compactMap { backend, measurement in measurement.afterIdle.map { (backend, $0) } }
    guard let idleSeconds = rows.first?.1.idleSeconds else { return [] }
    var table = TextTable(
      columns: Self.recording + [.init(title: "latency"), .init(title: "when warm")])
    for (backend, row) in rows {
      table.rows.append(
        cells(row.recording, row.audioSeconds) + [
          "\(row.device ?? "–")\(instead(of: backend, [row.device]))", spread(row.total),
          milliseconds(row.warm),
        ])
    }
    let title = "Cold after \(rounded(idleSeconds, to: 10)) s idle, milliseconds: median (fastest–slowest)"
    return [title] + table.lines
  }

  private var realTime: [String] {
    guard let silence = result.trailingSilence else { return [] }
    var table = TextTable(
      columns: Self.recording + [
        .init(title: "counted", isNumber: false), .init(title: "audio-stop → transcript"),
        .init(title: "text", isNumber: false),
      ])
    for (backend, measurement) in measured {
      for row in measurement.realTime {
        table.rows.append(
          cells(row.recording, row.audioSeconds) + [
            "\(backend.name)\(instead(of: backend, row.work?.devices ?? []))", row.work?.words ?? "–",
            spread(row.latency), row.text,
          ])
      }
    }
    let title =
      "Streamed in real time with \(rounded(silence, to: 100)) s of silence after each, milliseconds: median \(spreadTitle)"
    return [title] + table.lines
  }

  private static let recording = [
    TextTable.Column(title: "recording", isNumber: false), .init(title: "audio"),
    .init(title: "backend", isNumber: false),
  ]

  // MARK: Remarks

  private var remarks: [String] {
    var remarks = result.backends.compactMap { backend in
      backend.failure.map { "Not measured: \(backend.name): \($0)" }
    }
    for (backend, measurement) in measured {
      for row in measurement.stages where !row.fallbackReasons.isEmpty {
        remarks.append(
          "\(backend.name), \(rounded(row.audioSeconds, to: 10)) s, did not run as requested: "
            + row.fallbackReasons.joined(separator: "; "))
      }
    }
    if result.isSynthetic {
      remarks.append(
        "The recordings are synthetic: the built-in one, repeated with silence between. Only their "
          + "lengths are meaningful; pass files to measure real ones.")
    }
    if result.trailingSilence == nil {
      switch result.idlePower {
      case .watts(let watts):
        remarks.append(
          "Energy is that of the processor's package above its idle power of \(rounded(watts, to: 10)) W."
        )
      case .unavailable(let why): remarks.append("Energy is unavailable: \(why)")
      }
    }
    return remarks
  }

  // MARK: Cells

  private func cells(_ recording: String, _ seconds: Double) -> [String] {
    [recording, "\(rounded(seconds, to: 10)) s"]
  }

  private func name(of backend: BenchResult.Backend, _ row: BenchResult.StageRow) -> String {
    "\(row.device ?? "–") \(row.precision.rawValue)\(instead(of: backend, row.work.devices))"
  }

  /// A remark if another device than the named one did the work.
  private func instead(of backend: BenchResult.Backend, _ devices: [String?]) -> String {
    guard let asked = DeviceID(backend.name), !asked.others(among: devices.compactMap(\.self)).isEmpty else {
      return ""
    }
    return " (not \(asked)!)"
  }

  private var isPercentile: Bool { result.runs >= Self.runsForPercentile }

  private var spreadTitle: String { isPercentile ? "(95th percentile)" : "(fastest–slowest)" }

  private func spread(_ spread: Spread) -> String {
    guard spread.count > 1 else { return milliseconds(spread.median) }
    let isPercentile = spread.count >= Self.runsForPercentile
    let range =
      isPercentile ? milliseconds(spread.p95) : "\(milliseconds(spread.min))–\(milliseconds(spread.max))"
    return "\(milliseconds(spread.median)) (\(range))"
  }

  private func milliseconds(_ seconds: Double) -> String {
    let value = seconds * 1000
    return value < 1
      ? "\(rounded(value, to: 100))"
      : value < 100 ? "\(rounded(value, to: 10))" : "\(Int(rounded(value, to: 1)))"
  }

  private func duration(_ seconds: Double) -> String {
    seconds < 1 ? "\(milliseconds(seconds)) ms" : "\(rounded(seconds, to: 10)) s"
  }

  private func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}

extension DeviceWork {
  /// "3 inferences on CPU".
  fileprivate var words: String {
    let parts = devices.map { name in
      let count = inferences[name, default: 0]
      return "\(count) inference\(count == 1 ? "" : "s") on \(name)"
    }
    return parts.isEmpty ? "no inference" : parts.joined(separator: ", ")
  }
}

internal import Devices
internal import JSON
internal import ModelDownload
internal import StatusReport
internal import SystemPaths
internal import WyomingClient
internal import WyomingProtocol

/// The health of a running server.
struct HealthReport {
  let uri: String
  let outcome: HealthCheck.Outcome
  var style = Style.plain

  /// True if the server can recognize speech now, which is assumed of another program's server.
  var isReady: Bool { outcome.status.map { $0.progress == .ready } ?? true }

  /// The text report: a line for the server, and one for each device that it reports.
  var text: String {
    let devices = outcome.status?.devices ?? []
    let nameWidth = devices.map(\.name.count).max() ?? 0
    let stateWidth = devices.map(\.state.name.count).max() ?? 0
    let lines = devices.map { device in
      let state = device.state.name
      let columns = [
        device.name.padded(to: nameWidth),
        style(state, device.state.colour) + state.padded(to: stateWidth).dropFirst(state.count),
      ]
      let line =
        "  " + (columns + [device.condition, device.work].compactMap(\.self)).joined(separator: "   ")
      return String(line.reversed().drop { $0 == " " }.reversed()).inOneLine
    }
    return ([summary] + lines + [speculation, names].compactMap(\.self)).joined(separator: "\n")
  }

  /// The effect of recognizing utterances before they ended; `nil` if that was never done.
  private var speculation: String? {
    guard let count = outcome.status?.speculation, count.started > 0 else { return nil }
    let saved = (count.savedSeconds * 10).rounded() / 10
    return "  recognized early   \(count.started), of them \(count.used) used, \(saved) s saved"
  }

  /// The names that the server knows, and their effect; `nil` if it knows none.
  private var names: String? {
    guard let names = outcome.status?.names, !names.sources.isEmpty else { return nil }
    let sources = names.sources.map { source in
      "\(source.count) from \(source.words)" + (source.failure.map { ", \($0)" } ?? "")
    }
    let effect =
      names.boostedUtterances == 0
      ? "" : "; heard in \(names.boostedUtterances) utterance\(names.boostedUtterances == 1 ? "" : "s")"
    return "  names   \(sources.joined(separator: ", "))\(effect)".inOneLine
  }

  /// The report as a JSON object in one line. The keys are a stable interface.
  var line: String {
    JSONValue.object([
      "uri": .string(uri), "models": .array(outcome.models.map(JSONValue.string)),
      "status": outcome.status.map { .object($0.json) } ?? .null,
    ]).line.readableJSON
  }

  private var summary: String {
    let names = outcome.models.isEmpty ? "no speech-to-text model" : outcome.models.joined(separator: ", ")
    let devices = outcome.status?.devices ?? []
    let isWell = devices.isEmpty || devices.contains { !$0.state.isLost }
    let state = isWell ? style("is well", .green) : style("answers", .red)
    return "\(uri) \(state) and serves \(names)\(remarks)".inOneLine
  }

  /// The progress of the model, lost devices, and the device that works instead.
  private var remarks: String {
    guard let status = outcome.status else { return "" }
    var remarks =
      switch status.progress {
      case .fetching: ", which is still being fetched"
      case .loading: ", which is still loading"
      case .ready: ""
      }
    let lost = status.devices.filter(\.state.isLost).map(\.name)
    if !lost.isEmpty {
      let left = status.devices.first { !$0.state.isLost }
      remarks += ", but \(lost.joined(separator: " and ")) \(lost.count == 1 ? "is" : "are") lost: "
      remarks += left.map { "\($0.name) answers" } ?? "utterances fail until it is back"
    }
    return remarks
  }
}

extension ServerStatus.Names.Source {
  /// The source in words.
  fileprivate var words: String {
    switch name {
    case "file": "a file"
    case "home-assistant": "Home Assistant"
    default: name
    }
  }
}

extension DeviceReport {
  /// The reason why the device is lost, or its encoders.
  fileprivate var condition: String? {
    if case .lost(let why) = state { return why }
    return encoders.isEmpty ? nil : encoders.map(\.words).joined(separator: ", ")
  }

  /// The device's counts of work and of failures.
  fileprivate var work: String? {
    func counted(_ count: Int, _ one: String, _ many: String) -> String? {
      count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }
    func duration(_ seconds: Double) -> String {
      seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : "\(rounded(seconds, to: 10)) s"
    }
    let parts = [
      counted(inferences, "inference", "inferences"),
      inferences == 0 ? nil : "\(duration(busySeconds)) busy",
      counted(failures, "failure", "failures"), counted(fallbacks, "fallback", "fallbacks"),
      counted(evictions, "eviction", "evictions"),
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension DeviceReport.State {
  fileprivate var isLost: Bool {
    if case .lost = self { true } else { false }
  }

  fileprivate var colour: Style.Colour? {
    switch self {
    case .working: .green
    case .lost: .red
    case .idle: nil
    case .starting: .yellow
    }
  }
}

extension DeviceReport.Encoder {
  /// "5 s ready (1.2 GB, from the cache)".
  fileprivate var words: String {
    let shape = shape.bucket.map { "\($0)" } ?? "\(shape)"
    guard state == .ready else { return "\(shape) \(state.rawValue)" }
    let details = [bytes.map { "\(ByteCount(Int($0)))" }, isFromCache ? "from the cache" : nil]
      .compactMap(\.self)
    return "\(shape) ready" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
  }
}

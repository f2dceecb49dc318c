public import Devices
public import Recognition
public import WyomingProtocol

/// How a served model and its devices are: what `lorikeet-status` is answered with.
public struct ServerStatus: Sendable, Equatable {
  /// How far the model is.
  public enum Progress: String, Sendable {
    case fetching, loading, ready

    /// What an utterance waits for; `nil` if it is not the model.
    var notReadyReason: String? {
      switch self {
      case .fetching: "the model is still being fetched"
      case .loading: "the model is still loading"
      case .ready: nil
      }
    }
  }

  public var model: String
  public var progress: Progress
  /// From the best to the last resort; none before it is known which there are.
  public var devices: [DeviceReport]

  /// What came of recognizing utterances before they ended.
  public var speculation: SpeculationCount

  public init(
    model: String, progress: Progress, devices: [DeviceReport],
    speculation: SpeculationCount = SpeculationCount()
  ) {
    self.model = model
    self.progress = progress
    self.devices = devices
    self.speculation = speculation
  }

  /// An event's data; the keys are part of the contract with whoever reads them.
  public var json: [String: JSONValue] {
    [
      "model": .string(model), "state": .string(progress.rawValue),
      "devices": .array(devices.map { .object($0.json) }),
      "speculation": .object([
        "started": .integer(speculation.started), "used": .integer(speculation.used),
        "wasted": .integer(speculation.wasted),
        "saved_seconds": .number((speculation.savedSeconds * 1e3).rounded() / 1e3),
      ]),
    ]
  }

  /// Reads the data of a status event; `nil` if it is not one that this version writes.
  init?(_ json: [String: JSONValue]) {
    guard
      let model = json["model"]?.string,
      let progress = json["state"]?.string.flatMap(Progress.init),
      let devices = json["devices"]?.array?.map({ $0.object.flatMap(DeviceReport.init) })
    else { return nil }
    // Servers before it was counted do not say.
    let counts = json["speculation"]?.object
    self.init(
      model: model, progress: progress, devices: devices.compactMap(\.self),
      speculation: SpeculationCount(
        started: counts?["started"]?.integer ?? 0, used: counts?["used"]?.integer ?? 0,
        savedSeconds: counts?["saved_seconds"]?.number ?? 0))
    guard self.devices.count == devices.count else { return nil }
  }
}

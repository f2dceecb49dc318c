public import Devices
public import JSON

/// The state of a served model and its devices: the data of a `lorikeet-status` event, which servers write and clients
/// read.
public struct ServerStatus: Sendable, Equatable {
  /// The progress of a model from the hub to the devices.
  public enum Progress: String, Sendable {
    /// The files are downloading, the model is loading, the model can recognize.
    case fetching, loading, ready
  }

  /// The counters of recognition that begins before the utterance ends.
  public struct Speculation: Sendable, Equatable {
    /// The number of attempts.
    public var started: Int
    /// The number of attempts that became the transcript.
    public var used: Int
    /// The time that clients did not have to wait, in seconds.
    public var savedSeconds: Double

    /// Creates the counters, by default of a server that has not speculated yet.
    public init(started: Int = 0, used: Int = 0, savedSeconds: Double = 0) {
      self.started = started
      self.used = used
      self.savedSeconds = savedSeconds
    }
  }

  /// The names that a server knows, and their effect.
  public struct Names: Sendable, Equatable {
    /// The number of tokens that a name has changed.
    public var boostedTokens: Int
    /// The number of utterances in which a name has changed a token.
    public var boostedUtterances: Int
    /// The sources of names.
    public var sources: [Source]

    /// A source of names.
    public struct Source: Sendable, Equatable {
      /// The kind: "file", "home-assistant".
      public var name: String
      /// The number of names.
      public var count: Int
      /// The time since they were read, in seconds; `nil` if they never were.
      public var ageSeconds: Double?
      /// The reason why the source cannot be read at present; `nil` if it can.
      public var failure: String?

      /// Creates a source.
      public init(name: String, count: Int, ageSeconds: Double?, failure: String?) {
        self.name = name
        self.count = count
        self.ageSeconds = ageSeconds
        self.failure = failure
      }
    }

    /// Creates the names, by default of a server without sources.
    public init(boostedTokens: Int = 0, boostedUtterances: Int = 0, sources: [Source] = []) {
      self.boostedTokens = boostedTokens
      self.boostedUtterances = boostedUtterances
      self.sources = sources
    }
  }

  /// The name of the model.
  public var model: String
  /// The progress of the model.
  public var progress: Progress
  /// The devices, from the preferred one to the last resort; empty until they are known.
  public var devices: [DeviceReport]
  /// The counters of speculative recognition.
  public var speculation: Speculation
  /// The names that the server knows.
  public var names: Names

  /// Creates a status.
  public init(
    model: String, progress: Progress, devices: [DeviceReport], speculation: Speculation = Speculation(),
    names: Names = Names()
  ) {
    self.model = model
    self.progress = progress
    self.devices = devices
    self.speculation = speculation
    self.names = names
  }

  /// The event's data. Programs read it: keep the keys.
  public var json: [String: JSONValue] {
    [
      "model": .string(model), "state": .string(progress.rawValue),
      "devices": .array(devices.map { .object($0.json) }),
      "speculation": .object([
        "started": .integer(speculation.started), "used": .integer(speculation.used),
        "wasted": .integer(speculation.started - speculation.used),
        "saved_seconds": .number((speculation.savedSeconds * 1e3).rounded() / 1e3),
      ]),
      "names": .object(names.json),
    ]
  }

  /// Reads an event's data; `nil` if this version would not write it.
  public init?(_ json: [String: JSONValue]) {
    guard
      let model = json["model"]?.string,
      let progress = json["state"]?.string.flatMap(Progress.init),
      let devices = json["devices"]?.array?.map({ $0.object.flatMap(DeviceReport.init) })
    else { return nil }
    // Older servers do not send the counters.
    let counts = json["speculation"]?.object
    self.init(
      model: model, progress: progress, devices: devices.compactMap(\.self),
      speculation: Speculation(
        started: counts?["started"]?.integer ?? 0, used: counts?["used"]?.integer ?? 0,
        savedSeconds: counts?["saved_seconds"]?.number ?? 0),
      names: Names(json["names"]?.object ?? [:]))
    guard self.devices.count == devices.count else { return nil }
  }
}

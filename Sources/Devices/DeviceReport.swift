/// The state of a device, and its counters since the start.
public struct DeviceReport: Sendable, Equatable {
  /// The state of a device.
  public enum State: Sendable, Equatable {
    /// Nothing is loaded.
    case idle
    /// The first networks are loading.
    case starting
    /// The device runs networks.
    case working
    /// The device failed, and is retried.
    case lost(why: String)

    /// The name of the state, for programs and people.
    public var name: String {
      switch self {
      case .idle: "idle"
      case .starting: "starting"
      case .working: "working"
      case .lost: "lost"
      }
    }
  }

  /// An encoder of the device.
  public struct Encoder: Sendable, Equatable {
    /// The state of an encoder.
    public enum State: String, Sendable {
      case loading, ready, unloaded, failed
    }

    /// The shape that the encoder is compiled for.
    public var shape: EncoderShape
    /// The state of the encoder.
    public var state: State
    /// The memory that loading took, in bytes; `nil` before the first load.
    public var bytes: Int64?
    /// True if the last load read the cache of compiled networks.
    public var isFromCache = false

    /// Creates the report of an encoder.
    public init(shape: EncoderShape, state: State, bytes: Int64? = nil, isFromCache: Bool = false) {
      self.shape = shape
      self.state = state
      self.bytes = bytes
      self.isFromCache = isFromCache
    }
  }

  /// The name of the device.
  public let name: String
  /// The state of the device.
  public var state = State.idle
  /// The encoders, in the order of their first use.
  public var encoders: [Encoder] = []
  /// The number of completed runs.
  public var inferences = 0
  /// The duration of these runs, in seconds.
  public var busySeconds = 0.0
  /// The number of utterances, or windows of them, that found a loaded encoder.
  public var hits = 0
  /// The number of encoders that were loaded.
  public var loads = 0
  /// The number of encoders that were unloaded to make room.
  public var evictions = 0
  /// The number of failed runs and loads.
  public var failures = 0
  /// The number of jobs that ran on another device because this one could not run them.
  public var fallbacks = 0

  /// Creates the report of a device that has done nothing yet.
  public init(name: String) {
    self.name = name
  }
}

/// An event on a device that is worth a log entry.
public enum DeviceEvent: Sendable, Equatable, CustomStringConvertible {
  case loading(device: DeviceID, EncoderShape)
  case loaded(device: DeviceID, EncoderShape, seconds: Double, isFromCache: Bool, bytes: Int64)
  case notLoaded(device: DeviceID, EncoderShape, why: String)
  case unloaded(device: DeviceID, EncoderShape)
  /// The pinned encoders alone exceed the memory budget.
  case overLimit(device: DeviceID)
  /// The chosen device is not in this machine; another one is used from the start.
  case missing(device: DeviceID, instead: DeviceID)
  /// A device failed at its start.
  case unusable(device: String, why: String)
  /// A device that worked has failed.
  case lost(device: String, why: String)
  case back(device: String)

  /// True if an operator should look into it.
  public var isTrouble: Bool {
    switch self {
    case .loading, .loaded, .unloaded, .back: false
    case .notLoaded, .overLimit, .missing, .unusable, .lost: true
    }
  }

  public var description: String {
    switch self {
    case .loading(let device, let shape): "\(device): loading the encoder, \(shape)"
    case .loaded(let device, let shape, let seconds, let isFromCache, let bytes):
      "\(device): encoder ready, \(shape), \(isFromCache ? "from the cache" : "compiled") in "
        + "\((seconds * 10).rounded() / 10) s, \(bytes / 1_000_000) MB"
    case .notLoaded(let device, let shape, let why): "\(device): no encoder, \(shape): \(why)"
    case .unloaded(let device, let shape): "\(device): encoder unloaded, \(shape)"
    case .overLimit(let device): "\(device): the pinned encoders exceed the memory budget"
    case .missing(let device, let instead): "there is no \(device); \(instead) is used instead"
    case .unusable(let device, let why): "\(device) cannot be used: \(why)"
    case .lost(let device, let why): "\(device) is lost: \(why)"
    case .back(let device): "\(device) is back"
    }
  }
}

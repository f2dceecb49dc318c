/// What a device has done so far, and how it is.
public struct DeviceReport: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    /// Nothing has needed it yet.
    case idle
    case starting
    case working
    /// It failed, for this reason; it is tried again.
    case lost(why: String)

    /// For programs and people.
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
    public enum State: String, Sendable {
      case loading, ready, unloaded, failed
    }

    public var shape: EncoderShape
    public var state: State
    /// Bytes that loading it took; `nil` before it was loaded.
    public var bytes: Int64?
    /// Whether it came from the cache when it was loaded last.
    public var isFromCache = false

    public init(shape: EncoderShape, state: State, bytes: Int64? = nil, isFromCache: Bool = false) {
      self.shape = shape
      self.state = state
      self.bytes = bytes
      self.isFromCache = isFromCache
    }
  }

  public let name: String
  public var state = State.idle
  /// In the order in which they were first wanted.
  public var encoders: [Encoder] = []
  /// Runs of an encoder that came to an end.
  public var inferences = 0
  /// Seconds in them.
  public var busySeconds = 0.0
  /// Utterances, or windows of them, for which the device found an encoder ready.
  public var hits = 0
  public var loads = 0
  public var evictions = 0
  /// Runs and loads that failed.
  public var failures = 0
  /// How often something else had to run what was meant for it.
  public var fallbacks = 0

  /// Of a device that has done nothing yet.
  public init(name: String) {
    self.name = name
  }
}

/// What happens on a device and people should know.
public enum DeviceEvent: Sendable, Equatable, CustomStringConvertible {
  case loading(device: DeviceID, EncoderShape)
  case loaded(device: DeviceID, EncoderShape, seconds: Double, isFromCache: Bool, bytes: Int64)
  case notLoaded(device: DeviceID, EncoderShape, why: String)
  case unloaded(device: DeviceID, EncoderShape)
  /// Pinned encoders alone are more than the budget.
  case overLimit(device: DeviceID)
  /// It was asked for and is not there; another one is used from the beginning.
  case missing(device: DeviceID, instead: DeviceID)
  case lost(device: String, why: String)
  case back(device: String)

  /// Whether somebody should look after it.
  public var isTrouble: Bool {
    switch self {
    case .loading, .loaded, .unloaded, .back: false
    case .notLoaded, .overLimit, .missing, .lost: true
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
    case .overLimit(let device): "\(device): the encoders that are kept take more than the memory budget"
    case .missing(let device, let instead): "there is no \(device); \(instead) is used instead"
    case .lost(let device, let why): "\(device) is lost: \(why)"
    case .back(let device): "\(device) is back"
    }
  }
}

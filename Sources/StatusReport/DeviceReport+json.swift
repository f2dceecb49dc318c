internal import Devices
internal import JSON
internal import SystemPaths

extension DeviceReport {
  private typealias Counter = WritableKeyPath<DeviceReport, Int> & Sendable

  private static let counters: [(key: String, path: any Counter)] = [
    ("inferences", \.inferences), ("hits", \.hits), ("loads", \.loads), ("evictions", \.evictions),
    ("failures", \.failures), ("fallbacks", \.fallbacks),
  ]

  /// The report as the fields of a JSON object, with all keys in every state of the device.
  var json: [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "name": .string(name), "encoders": .array(encoders.map { .object($0.json) }),
      "busy_seconds": .number((busySeconds * 1e6).rounded() / 1e6),
      "state": .string(state.name), "why": .null,
    ]
    if case .lost(let why) = state { fields["why"] = .string(why.readable) }
    for (key, path) in Self.counters { fields[key] = .integer(self[keyPath: path]) }
    return fields
  }

  /// Reads the fields of a JSON object; `nil` if this version would not write them.
  init?(_ json: [String: JSONValue]) {
    guard
      let name = json["name"]?.string, let busySeconds = json["busy_seconds"]?.number,
      let encoders = json["encoders"]?.array
    else { return nil }
    self.init(name: name)
    self.busySeconds = busySeconds
    let states = [State.idle, .starting, .working, .lost(why: json["why"]?.string ?? "")]
    guard let state = states.first(where: { $0.name == json["state"]?.string }) else { return nil }
    self.state = state
    for (key, path) in Self.counters {
      guard let count = json[key]?.integer else { return nil }
      self[keyPath: path] = count
    }
    for item in encoders {
      guard let encoder = item.object.flatMap(Encoder.init) else { return nil }
      self.encoders.append(encoder)
    }
  }
}

extension DeviceReport.Encoder {
  /// The encoder as the fields of a JSON object; the bucket is in seconds, null for a dynamic shape.
  fileprivate var json: [String: JSONValue] {
    [
      "bucket": shape.bucket.map { .number($0.seconds) } ?? .null, "state": .string(state.rawValue),
      "bytes": bytes.map { .integer(Int($0)) } ?? .null, "from_cache": .bool(isFromCache),
    ]
  }

  fileprivate init?(_ json: [String: JSONValue]) {
    guard
      let state = json["state"]?.string.flatMap(State.init), let isFromCache = json["from_cache"]?.bool,
      let length = json["bucket"]
    else { return nil }
    var shape = EncoderShape.dynamic
    if !length.isNull {
      guard let bucket = length.number.flatMap({ try? Bucket(seconds: $0) }) else { return nil }
      shape = .bucket(bucket)
    }
    self.init(
      shape: shape, state: state, bytes: json["bytes"]?.integer.map(Int64.init), isFromCache: isFromCache)
  }
}

/// The limits on the encoders that stay loaded on a device.
public struct EncoderCacheLimits: Sendable, Equatable {
  /// The most memory of all loaded encoders together, in bytes; `nil` for no limit.
  public var bytes: Int64?
  /// The most loaded encoders; `nil` for no limit.
  public var count: Int?

  /// Creates limits; without arguments, none.
  public init(bytes: Int64? = nil, count: Int? = nil) {
    self.bytes = bytes
    self.count = count
  }
}

/// The bookkeeping of loaded encoders. It evicts the least recently used one, but never one that is pinned or in use,
/// and never the last.
struct EncoderCachePolicy: Sendable {
  private struct Item {
    var bytes: Int64
    var users = 0
    var lastUse: Int
  }

  private let limits: EncoderCacheLimits
  private let pinned: Set<EncoderShape>
  private var items: [EncoderShape: Item] = [:]
  /// The memory that each encoder took at its last load, in bytes; also of evicted ones.
  private var measured: [EncoderShape: Int64] = [:]
  private var uses = 0

  init(limits: EncoderCacheLimits, pinned: Set<EncoderShape>) {
    self.limits = limits
    self.pinned = pinned
  }

  var loaded: Set<EncoderShape> { Set(items.keys) }

  /// The memory of all loaded encoders, in bytes.
  var bytes: Int64 { items.values.reduce(0) { $0 + $1.bytes } }

  /// True if the loaded encoders exceed the limits.
  var isOver: Bool { exceeds(adding: nil) }

  /// Makes room for an encoder before it is loaded, as far as possible.
  ///
  /// - Returns: The encoders to unload.
  mutating func makeRoom(for shape: EncoderShape) -> [EncoderShape] {
    // An encoder that was never loaded is assumed to be as large as the largest.
    evict(adding: measured[shape] ?? measured.values.max() ?? 0, keeping: shape)
  }

  /// Adds a loaded encoder.
  ///
  /// - Returns: The encoders to unload.
  mutating func add(_ shape: EncoderShape, bytes: Int64) -> [EncoderShape] {
    uses += 1
    items[shape] = Item(bytes: bytes, lastUse: uses)
    measured[shape] = bytes
    return evict(adding: nil, keeping: shape)
  }

  /// Marks an encoder as in use.
  mutating func take(_ shape: EncoderShape) {
    uses += 1
    items[shape]?.users += 1
    items[shape]?.lastUse = uses
  }

  /// Ends a use of an encoder.
  ///
  /// - Returns: The encoders to unload: those that were in use when their memory was needed.
  mutating func release(_ shape: EncoderShape) -> [EncoderShape] {
    items[shape]?.users -= 1
    return evict(adding: nil, keeping: nil)
  }

  private mutating func evict(adding bytes: Int64?, keeping kept: EncoderShape?) -> [EncoderShape] {
    var evicted: [EncoderShape] = []
    while items.count > 1, exceeds(adding: bytes) {
      let candidates = items.filter { shape, item in
        item.users == 0 && !pinned.contains(shape) && shape != kept
      }
      guard let oldest = candidates.min(by: { $0.value.lastUse < $1.value.lastUse }) else { break }
      items[oldest.key] = nil
      evicted.append(oldest.key)
    }
    return evicted
  }

  private func exceeds(adding bytes: Int64?) -> Bool {
    if let most = limits.count, items.count + (bytes == nil ? 0 : 1) > most { return true }
    if let most = limits.bytes, self.bytes + (bytes ?? 0) > most { return true }
    return false
  }
}

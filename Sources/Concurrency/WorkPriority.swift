internal import Synchronization

/// The priority of a job in a queue. It can be raised while the job waits or runs.
public final class WorkPriority: Sendable {
  /// The levels of priority; the lowest raw value runs first.
  public enum Level: Int, Sendable {
    /// A client waits for the result.
    case urgent
    /// Work ahead of time, which will probably be needed.
    case early
    /// A part of a long recording.
    case background
  }

  private let rank: Atomic<Int>

  /// The priority of a job whose result a client waits for.
  public static let urgent = WorkPriority(.urgent)

  /// The priority of a part of a long recording.
  public static var background: WorkPriority { WorkPriority(.background) }

  /// Creates a priority.
  public init(_ level: Level) {
    rank = Atomic(level.rawValue)
  }

  /// The level at present.
  public var level: Level { Level(rawValue: rank.load(ordering: .relaxed)) ?? .urgent }

  /// Makes the job urgent.
  public func raise() { rank.store(Level.urgent.rawValue, ordering: .relaxed) }
}

internal import Synchronization

/// The priority of a job in a queue. It can be raised while the job waits or runs.
public final class WorkPriority: Sendable {
  private let urgent: Atomic<Bool>

  /// The priority of a job whose result a client waits for.
  public static let urgent = WorkPriority(isUrgent: true)

  /// Creates a priority.
  ///
  /// - Parameter isUrgent: True if a client waits for the result; false for work ahead of time.
  public init(isUrgent: Bool) {
    urgent = Atomic(isUrgent)
  }

  /// True if a client waits for the result.
  public var isUrgent: Bool { urgent.load(ordering: .relaxed) }

  /// Makes the job urgent.
  public func raise() { urgent.store(true, ordering: .relaxed) }
}

internal import Synchronization

/// Whether somebody waits for a result, or it is only made because it may be wanted soon.
public final class JobPriority: Sendable {
  private let wanted: Atomic<Bool>

  /// Somebody waits.
  public static let wanted = JobPriority(isWanted: true)

  /// - Parameter isWanted: Whether somebody waits already.
  public init(isWanted: Bool) {
    wanted = Atomic(isWanted)
  }

  public var isWanted: Bool { wanted.load(ordering: .relaxed) }

  /// Somebody waits from now on.
  public func raise() { wanted.store(true, ordering: .relaxed) }
}

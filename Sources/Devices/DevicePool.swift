/// The networks of a device, from its start until it is lost or unloaded.
public protocol DevicePool: Actor {
  /// The values that a pool is made from.
  associatedtype Configuration: Sendable

  /// Creates a pool that has loaded nothing.
  init(_ configuration: Configuration, timing: DeviceTiming, reporter: DeviceReporter)

  /// Loads the networks that are needed before the device is used.
  func start() async throws(DeviceError)

  /// Ends all work: every waiting caller gets the error.
  func close(because error: DeviceError)

  /// True if no job runs or waits.
  var isQuiet: Bool { get }

  /// True if a call into the device has not returned on one of the threads.
  var isStuck: Bool { get }
}

/// The networks of a device, from its start until it is lost or rests.
public protocol DevicePool: Actor {
  /// Everything that a pool is made from.
  associatedtype Configuration: Sendable

  init(_ configuration: Configuration, timing: DeviceTiming, reporter: DeviceReporter)

  /// Loads what has to be there before the device is used.
  func start() async throws(DeviceError)

  /// Ends all work: every waiting caller gets the error.
  func close(because error: DeviceError)

  /// True if nothing runs and nothing waits.
  var isQuiet: Bool { get }

  /// True if one of its threads has not come out of the device.
  var isStuck: Bool { get }
}

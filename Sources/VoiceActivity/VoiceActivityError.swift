/// A setting outside its accepted range.
public struct VoiceActivityError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the property of ``VoiceActivitySettings``.
  public let setting: String
  /// The rejected value, in ``unit``.
  public let value: Double
  /// The accepted range, in ``unit``.
  public let accepted: ClosedRange<Double>
  /// The unit of the setting: "seconds" or "dB".
  public let unit: String

  /// The setting, its value and its accepted range.
  public var description: String {
    "voice activity setting \(setting) is \(value) \(unit); expected"
      + " \(accepted.lowerBound) to \(accepted.upperBound) \(unit)"
  }
}

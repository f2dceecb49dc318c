/// A setting that the detector cannot work with.
public struct VoiceActivityError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The property of ``VoiceActivitySettings``.
  public let setting: String
  public let value: Double
  public let accepted: ClosedRange<Double>
  /// "seconds" or "dB".
  public let unit: String

  public var description: String {
    "\(setting) of voice activity is \(value) \(unit); accepted are"
      + " \(accepted.lowerBound) to \(accepted.upperBound) \(unit)"
  }
}

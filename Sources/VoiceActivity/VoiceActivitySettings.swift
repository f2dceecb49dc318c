/// The thresholds of speech detection and the pads around speech.
public struct VoiceActivitySettings: Sendable, Equatable {
  /// The default settings.
  public static let standard = VoiceActivitySettings()

  /// The level above the noise floor from which a band's energy counts, in dB.
  public var margin: Double
  /// The duration of changing, audible sound after which it is speech, in seconds. Shorter sounds are clicks.
  public var onset: Double
  /// The longest quiet that belongs to speech, in seconds. Longer quiet is a pause between two segments.
  public var hangOver: Double
  /// The window over whose minimum the noise floor is taken, in seconds.
  public var floorWindow: Double
  /// The audio kept before the first speech, in seconds.
  public var leadingPad: Double
  /// The audio kept after the last speech, in seconds.
  public var trailingPad: Double

  /// The accepted range of each setting, in its unit. The initializer checks it, an assignment does not.
  public static let accepted = (
    margin: 3.0...20.0, onset: 0.03...0.5, hangOver: 0.1...2.0, floorWindow: 0.5...10.0,
    leadingPad: 0.1...5.0, trailingPad: 0.1...5.0
  )

  /// Creates settings; each parameter has the unit of its property.
  ///
  /// - Throws: ``VoiceActivityError`` for the first value out of range.
  public init(
    margin: Double = standard.margin, onset: Double = standard.onset, hangOver: Double = standard.hangOver,
    floorWindow: Double = standard.floorWindow, leadingPad: Double = standard.leadingPad,
    trailingPad: Double = standard.trailingPad
  ) throws(VoiceActivityError) {
    func checked(
      _ value: Double, _ setting: String, _ accepted: ClosedRange<Double>, _ unit: String = "seconds"
    ) throws(VoiceActivityError) -> Double {
      // `contains` is false for NaN.
      guard accepted.contains(value) else {
        throw VoiceActivityError(setting: setting, value: value, accepted: accepted, unit: unit)
      }
      return value
    }
    let accepted = Self.accepted
    self.margin = try checked(margin, "margin", accepted.margin, "dB")
    self.onset = try checked(onset, "onset", accepted.onset)
    self.hangOver = try checked(hangOver, "hangOver", accepted.hangOver)
    self.floorWindow = try checked(floorWindow, "floorWindow", accepted.floorWindow)
    self.leadingPad = try checked(leadingPad, "leadingPad", accepted.leadingPad)
    self.trailingPad = try checked(trailingPad, "trailingPad", accepted.trailingPad)
  }

  private init() {
    margin = 5.5
    onset = 0.08
    hangOver = 0.3
    floorWindow = 2
    leadingPad = 0.3
    trailingPad = 0.3
  }
}

/// What counts as speech, and how much around it is transcribed.
public struct VoiceActivitySettings: Sendable, Equatable {
  /// The defaults.
  public static let standard = VoiceActivitySettings()

  /// Decibels above the noise floor from which a band's energy counts.
  public var margin: Double
  /// Seconds of changing, audible sound after which it is speech. Shorter sounds are clicks.
  public var onset: Double
  /// Seconds of quiet that belong to speech. A longer quiet is a pause between two segments.
  public var hangOver: Double
  /// Seconds over which the noise floor is the quietest moment.
  public var floorWindow: Double
  /// Seconds that are kept before the first speech.
  public var leadingPad: Double
  /// Seconds that are kept after the last speech.
  public var trailingPad: Double

  /// The accepted values; the initializer checks them, an assignment does not.
  public static let accepted = (
    margin: 3.0...20.0, onset: 0.03...0.5, hangOver: 0.1...2.0, floorWindow: 0.5...10.0,
    leadingPad: 0.1...5.0, trailingPad: 0.1...5.0
  )

  /// - Throws: The first value that is not accepted.
  public init(
    margin: Double = standard.margin, onset: Double = standard.onset, hangOver: Double = standard.hangOver,
    floorWindow: Double = standard.floorWindow, leadingPad: Double = standard.leadingPad,
    trailingPad: Double = standard.trailingPad
  ) throws(VoiceActivityError) {
    func checked(
      _ value: Double, _ setting: String, _ accepted: ClosedRange<Double>, _ unit: String = "seconds"
    ) throws(VoiceActivityError) -> Double {
      // `contains` is false for what is not a number.
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

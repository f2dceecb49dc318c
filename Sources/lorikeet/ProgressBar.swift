/// A progress bar on standard error.
struct ProgressBar: Sendable {
  let label: String
  let isShown: Bool

  private static let width = 30

  /// Shows a fraction.
  ///
  /// - Parameter part: The completed fraction, 0 to 1.
  func show(_ part: Double) {
    guard isShown else { return }
    let filled = Int((part * Double(Self.width)).rounded())
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    Terminal.note("\r\(bar) \(Int((part * 100).rounded())) % \(label)\u{1B}[K")
  }

  /// Shows the progress in a recording.
  ///
  /// - Parameters:
  ///   - seconds: The completed duration, in seconds.
  ///   - total: The whole duration, in seconds; infinite if it is not known.
  func show(_ seconds: Double, of total: Double) {
    guard isShown else { return }
    if total.isFinite, total > 0 {
      show(min(1, seconds / total))
    } else {
      Terminal.note("\r\(Int(seconds)) s \(label)\u{1B}[K")
    }
  }

  /// Clears the line for the next output.
  func clear() {
    guard isShown else { return }
    Terminal.note("\r\u{1B}[K")
  }
}

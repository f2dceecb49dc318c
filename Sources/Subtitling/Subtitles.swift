public import Transducer

/// Words as readable cues.
public struct Subtitles: Sendable {
  /// Lines of text with the time in which they are shown.
  public struct Cue: Sendable, Equatable {
    /// The beginning and the end, in seconds.
    public var start, end: Double
    /// The lines.
    public var lines: [String]
    /// The places of the cue's words in the transcript.
    public var words: Range<Int>
  }

  /// The cues in order.
  public let cues: [Cue]

  /// Groups words into cues.
  public init(_ words: [SpokenText.Word]) {
    let groups = CuePlan(words).cues
    cues = groups.enumerated().map { index, group in
      let start = group.first?.start ?? 0
      let end = min(max(group.map(\.end).max() ?? 0, start + CuePlan.shortest), start + CuePlan.longest)
      // The cue stays long enough to be read, but not into the next one.
      let next = index + 1 < groups.count ? groups[index + 1].first?.start ?? .infinity : .infinity
      let lines = CueLines.fit(group) ?? CueLines.fill(group)
      return Cue(
        start: start, end: min(end, max(next, start)),
        lines: lines.map { $0.map(\.text).joined(separator: " ") }, words: group.indices)
    }
  }

  /// The subtitles as SubRip, without a newline at the end.
  public var subRip: String {
    cues.enumerated().map { index, cue in
      "\(index + 1)\n\(Self.time(cue.start, ",")) --> \(Self.time(cue.end, ","))\n\(cue.lines.joined(separator: "\n"))\n"
    }.joined(separator: "\n")
  }

  /// The subtitles as WebVTT, without a newline at the end.
  public var webVTT: String {
    let blocks = cues.map { cue in
      let text = cue.lines.map(Self.escaped).joined(separator: "\n")
      return "\(Self.time(cue.start, ".")) --> \(Self.time(cue.end, "."))\n\(text)\n"
    }
    return (["WEBVTT\n"] + blocks).joined(separator: "\n")
  }

  /// Escapes `&`, `<` and `>`, which are markup in WebVTT's cue text.
  private static func escaped(_ line: String) -> String {
    var result = ""
    for character in line {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Formats a time as hours, minutes, seconds and milliseconds.
  private static func time(_ seconds: Double, _ point: String) -> String {
    let milliseconds = Int((seconds * 1000).rounded())
    func padded(_ value: Int, _ digits: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
    return "\(padded(hours, 2)):\(padded(minutes, 2)):\(padded(milliseconds / 1000 % 60, 2))"
      + "\(point)\(padded(milliseconds % 1000, 3))"
  }
}

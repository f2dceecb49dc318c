internal import Transducer

/// Words as cues that one can read: two lines at most, broken where sentences end and where nobody speaks.
struct Subtitles {
  struct Cue: Equatable {
    var start, end: Double
    var lines: [String]
  }

  let cues: [Cue]

  private static let lineLength = 42
  private static let lineCount = 2
  private static let longest = 6.0
  private static let shortest = 1.0
  /// Seconds of silence that end a cue.
  private static let pause = 1.0

  init(_ words: [SpokenText.Word]) {
    var groups: [[SpokenText.Word]] = []
    for word in words {
      if let group = groups.last, Self.belongs(word, to: group) {
        groups[groups.count - 1].append(word)
      } else {
        groups.append([word])
      }
    }
    var cues = groups.map { group in
      Cue(
        start: group.first?.start ?? 0, end: group.map(\.end).max() ?? 0,
        lines: Self.lines(of: group.map(\.text)))
    }
    // A cue stays long enough to be read, but not into the next one.
    for index in cues.indices {
      let next = index + 1 < cues.count ? cues[index + 1].start : .infinity
      cues[index].end = min(
        max(cues[index].end, cues[index].start + Self.shortest), max(next, cues[index].start))
    }
    self.cues = cues
  }

  private static func belongs(_ word: SpokenText.Word, to group: [SpokenText.Word]) -> Bool {
    guard let first = group.first, let last = group.last else { return true }
    // What begins in one moment stays together: a cue needs time.
    if word.start <= first.start { return true }
    if let mark = last.text.last, ".!?…".contains(mark) { return false }
    if word.start - last.end > pause || word.end - first.start > longest { return false }
    return lines(of: group.map(\.text) + [word.text]).count <= lineCount
  }

  /// Words put into lines as they fit; a word that is longer than a line has one of its own.
  private static func lines(of words: [String]) -> [String] {
    var lines: [String] = []
    for word in words {
      if let line = lines.last, line.count + 1 + word.count <= lineLength {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines
  }

  /// SubRip, without a newline at its end.
  var subRip: String {
    cues.enumerated().map { index, cue in
      "\(index + 1)\n\(Self.time(cue.start, ",")) --> \(Self.time(cue.end, ","))\n\(cue.lines.joined(separator: "\n"))\n"
    }.joined(separator: "\n")
  }

  /// WebVTT, without a newline at its end.
  var webVTT: String {
    let blocks = cues.map { cue in
      let text = cue.lines.map(Self.escaped).joined(separator: "\n")
      return "\(Self.time(cue.start, ".")) --> \(Self.time(cue.end, "."))\n\(text)\n"
    }
    return (["WEBVTT\n"] + blocks).joined(separator: "\n")
  }

  /// `&` and `<` begin something in WebVTT's cue text.
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

  /// Hours, minutes, seconds and milliseconds.
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

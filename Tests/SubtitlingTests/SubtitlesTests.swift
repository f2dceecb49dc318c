import Support
import Testing

@testable import Subtitling
@testable import Transducer

@Suite struct `Subtitle files` {
  private func word(_ text: String, _ start: Double, _ end: Double) -> SpokenText.Word {
    SpokenText.Word(text: text, start: start, end: end, confidence: 1)
  }

  /// Consecutive words of a third of a second each.
  private func words(_ text: String, from start: Double = 0) -> [SpokenText.Word] {
    text.split(separator: " ").enumerated().map { index, text in
      word(String(text), start + Double(index) * 0.32, start + Double(index) * 0.32 + 0.24)
    }
  }

  private func lines(_ text: String) -> [[String]] { Subtitles(words(text)).cues.map(\.lines) }

  @Test func `a subtitle's cue lasts from its first word to its last`() {
    let cues = Subtitles(words("Open the garden blinds.", from: 2)).cues
    #expect(
      cues == [
        Subtitles.Cue(start: 2, end: 2 + 3 * 0.32 + 0.24, lines: ["Open the garden blinds."], words: 0..<4)
      ])
  }

  @Test func `a subtitle's cue is broken between words into two lines`() {
    let text = "Add tomatoes and water to the shopping list and turn off"
    #expect(lines(text) == [["Add tomatoes and water to the", "shopping list and turn off"]])
    let clauses = "Add some tomatoes and bread, then turn off all of the lights"
    #expect(lines(clauses) == [["Add some tomatoes and bread,", "then turn off all of the lights"]])
  }

  @Test func `a subtitle's line has at most 42 characters, not bytes`() {
    let exact = String(repeating: "á", count: 21) + " " + String(repeating: "ñ", count: 20)
    #expect(lines(exact) == [[exact]])
    #expect(
      lines(exact + "é") == [
        exact.split(separator: " ").map(String.init).enumerated().map { $0 == 1 ? $1 + "é" : $1 }
      ])
  }

  @Test func `a word too long for a subtitle's line gets a line of its own`() {
    let long = String(repeating: "a", count: 60)
    #expect(lines("so \(long)") == [["so", long]])
    #expect(lines("it is \(long) so it is").flatMap(\.self) == ["it is", long, "so it is"])
    #expect(lines(long) == [[long]])
  }

  @Test(arguments: [".", "!", "?", "…", "one.", "¿Qué?", ".\"", ".)"])
  func `a new subtitle begins after the end of a sentence`(end: String) {
    let first = "We are all here\(end)"
    #expect(lines("\(first) And they are not") == [[first], ["And they are not"]])
  }

  @Test(arguments: [",", ";", ":", "-", "'s", "%"])
  func `a subtitle continues after other punctuation marks`(mark: String) {
    #expect(lines("a\(mark) b") == [["a\(mark) b"]])
  }

  @Test func `subtitles break at a comma rather than a word later`() {
    let text =
      "When the sun goes down tonight and it is getting darker, close the blinds and turn on all of the lights"
    #expect(
      lines(text).map { $0.joined(separator: " ") } == [
        "When the sun goes down tonight and it is getting darker,",
        "close the blinds and turn on all of the lights",
      ])
  }

  @Test func `subtitles leave no single word in the last cue`() {
    let text = Array(repeating: "tomato", count: 13).joined(separator: " ")
    let cues = Subtitles(words(text)).cues
    #expect(cues.count == 2)
    #expect(cues.allSatisfy { $0.lines.joined(separator: " ").split(separator: " ").count > 4 })
  }

  @Test func `a new subtitle begins after more than a second of silence`() {
    #expect(Subtitles([word("a", 0, 0.5), word("b", 1.5, 2)]).cues.count == 1)
    #expect(Subtitles([word("a", 0, 0.5), word("b", 1.51, 2)]).cues.count == 2)
  }

  @Test func `a new subtitle begins after six seconds`() {
    let slow = (0..<12).map { word("a", Double($0), Double($0) + 0.9) }
    let cues = Subtitles(slow).cues
    #expect(cues.count == 2)
    #expect(cues.allSatisfy { $0.end - $0.start <= 6 })
  }

  @Test func `a subtitle stays for at least a second`() {
    let alone = Subtitles([word("Yes.", 3, 3.2)]).cues
    #expect(alone.map(\.end) == [4])
    let answered = Subtitles([word("Yes.", 3, 3.2), word("No.", 4.1, 4.2), word("Well.", 6, 7)]).cues
    #expect(answered.map(\.start) == [3, 4.1, 6])
    #expect(answered.map(\.end) == [4, 5.1, 7])
  }

  @Test func `subtitles that would last less than a second are joined`() {
    let cues = Subtitles([word("Yes.", 3, 3.2), word("No.", 3.5, 3.6), word("Well.", 5.2, 7)]).cues
    #expect(cues.map(\.lines) == [["Yes. No."], ["Well."]])
    #expect(cues.map(\.end) == [4, 7])
  }

  @Test func `two sentences at the same time are one subtitle`() {
    let cues = Subtitles([word("Yes.", 3, 3), word("No.", 3, 3.1), word("Well.", 4.1, 4.5)]).cues
    #expect(cues.map(\.lines) == [["Yes. No."], ["Well."]])
    #expect(cues.map(\.start) == [3, 4.1])
    #expect(cues.map(\.end) == [4, 5.1])
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `subtitles of random words have all words, fitting lines and no overlap`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var time = 0.0
    // Encoder frames of 80 ms, as the model has them; a word can begin at the same time as the one before.
    let words = (0..<Int.random(in: 1...120, using: &random)).map { _ in
      time += 0.08 * Double(Int.random(in: 0...20, using: &random))
      let length = Int.random(in: 1...14, using: &random)
      let mark = [".", ",", "", "", "", "?"].randomElement(using: &random) ?? ""
      return word(
        String(repeating: "ñ", count: length) + mark, time,
        time + 0.08 * Double(Int.random(in: 0...4, using: &random)))
    }
    let cues = Subtitles(words).cues
    #expect(cues.flatMap(\.lines).joined(separator: " ") == words.map(\.text).joined(separator: " "))
    #expect(cues.flatMap(\.lines).allSatisfy { $0.count <= 42 })
    #expect(cues.allSatisfy { $0.lines.count <= 2 })
    for (index, cue) in cues.enumerated() {
      let next = index + 1 < cues.count ? cues[index + 1].start : .infinity
      #expect(cue.end > cue.start)
      #expect(cue.end <= next)
      #expect(cue.end - cue.start < 6.001)
      // Less than a second only if more words would not fit, or the next cue would be too short.
      #expect(cue.end - cue.start > 0.999 || cue.end == next)
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `subtitles of normal speech last 1 to 6 seconds`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var time = 0.0
    // Words of 60 ms per letter, and pauses after punctuation marks.
    let words = (0..<Int.random(in: 1...150, using: &random)).map { _ in
      let length = Int.random(in: 1...12, using: &random)
      let mark = [".", ",", "", "", "", "", "", "?"].randomElement(using: &random) ?? ""
      let start = time
      time += 0.12 + 0.06 * Double(length)
      defer { time += mark.isEmpty ? 0 : Double.random(in: 0...1.5, using: &random) }
      return word(String(repeating: "a", count: length) + mark, start, time)
    }
    let cues = Subtitles(words).cues
    #expect(cues.flatMap(\.lines).joined(separator: " ") == words.map(\.text).joined(separator: " "))
    #expect(cues.allSatisfy { $0.lines.count <= 2 && $0.lines.allSatisfy { $0.count <= 42 } })
    #expect(cues.allSatisfy { (0.999...6.001).contains($0.end - $0.start) })
    #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test func `subtitles of an hour are planned without delay`() {
    // Nothing is timed here: a plan that looks at all words for each word would not end.
    let sentence = "and then we went on to the next house with the red door"
    let hour = words(Array(repeating: sentence, count: 900).joined(separator: " "))
    #expect(Subtitles(hour).cues.count > 600)
  }

  // Files

  @Test func `subtitles without words are files without a cue`() {
    #expect(Subtitles([]).cues.isEmpty)
    #expect(Subtitles([]).subRip == "")
    #expect(Subtitles([]).webVTT == "WEBVTT\n")
  }

  @Test func `subtitles are written as SubRip`() {
    let subtitles = Subtitles(
      words("Sube el volumen.", from: 1) + words("Close the office door.", from: 61.5))
    #expect(
      subtitles.subRip == """
        1
        00:00:01,000 --> 00:00:02,000
        Sube el volumen.

        2
        00:01:01,500 --> 00:01:02,700
        Close the office door.

        """)
  }

  @Test func `subtitles are written as WebVTT`() {
    let subtitles = Subtitles(
      words("Sube el volumen.", from: 1) + words("Close the office door.", from: 61.5))
    #expect(
      subtitles.webVTT == """
        WEBVTT

        00:00:01.000 --> 00:00:02.000
        Sube el volumen.

        00:01:01.500 --> 00:01:02.700
        Close the office door.

        """)
  }

  @Test func `markup characters in subtitles are escaped in WebVTT only`() {
    let text = "<b>AT&T --> 5>4"
    let subtitles = Subtitles(words(text))
    #expect(subtitles.webVTT.hasSuffix("\n&lt;b&gt;AT&amp;T --&gt; 5&gt;4\n"))
    #expect(subtitles.subRip.hasSuffix("\n\(text)\n"))
    // The only arrow is the one between the times.
    #expect(subtitles.webVTT.split(separator: "-->").count == 2)
  }

  @Test(
    arguments: [
      (0, "00:00:00"), (59.9994, "00:00:59"), (59.9996, "00:01:00"), (3_599, "00:59:59"), (3_600, "01:00:00"),
      (359_999, "99:59:59"), (360_000, "100:00:00"), (3_600_000, "1000:00:00"),
    ] as [(Double, String)])
  func `subtitle times can have any number of hours`(start: Double, text: String) {
    let subtitles = Subtitles([word("a", start, start + 2)])
    #expect(subtitles.subRip.hasPrefix("1\n\(text),"))
    #expect(subtitles.webVTT.hasPrefix("WEBVTT\n\n\(text)."))
  }

  @Test func `subtitle times are rounded to milliseconds`() {
    let subtitles = Subtitles([word("a", 0.0004, 1.9996)])
    #expect(subtitles.subRip.contains("00:00:00,000 --> 00:00:02,000"))
    #expect(Subtitles([word("a", 0.0799, 5.0012)]).webVTT.contains("00:00:00.080 --> 00:00:05.001"))
  }
}

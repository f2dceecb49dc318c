/// The suffix after the digits of an ordinal number: "th 1:st 2:nd 3:rd /100 11:th 12:th 13:th".
struct OrdinalSuffix: Sendable {
  private var common = ""
  private var byLastDigit: [Int: String] = [:]
  private var byLastTwo: [Int: String] = [:]

  /// Reads the suffix of most numbers, then those by the last digit, then after "/100" those by the last two digits.
  init(_ line: Substring) {
    var isTwo = false
    for (index, word) in line.split(separator: " ").enumerated() {
      if word == "/100" {
        isTwo = true
      } else if index == 0 {
        common = String(word)
      } else {
        let halves = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let ending = Int(halves[0]) else { continue }
        if isTwo { byLastTwo[ending] = String(halves[1]) } else { byLastDigit[ending] = String(halves[1]) }
      }
    }
  }

  func suffix(of value: Int) -> String {
    byLastTwo[value % 100] ?? byLastDigit[value % 10] ?? common
  }
}

import SpokenNumbers
import Transducer
import Wording

/// Reads each line of the standard input as a number, and prints "21", "21 st" for an ordinal number, or "-".
func readNumbers(_ arguments: [String]) throws {
  guard arguments.count == 1, let numbers = SpokenNumbers.of(language: arguments[0]) else {
    throw UsageError()
  }
  while let line = readLine() {
    guard let number = numbers.number(line) else {
      print("-")
      continue
    }
    print(number.suffix.map { "\(number.value) \($0)" } ?? "\(number.value)")
  }
}

/// Prints each line of the standard input as an utterance is worded.
func wordLines(_ arguments: [String]) throws {
  guard arguments.count == 2, let numbers = Wording.Numbers(rawValue: arguments[1]) else {
    throw UsageError()
  }
  let wording = Wording(numbers: numbers)
  while let line = readLine() {
    var spoken = SpokenText()
    spoken.text = line
    spoken.words = line.split(separator: " ").enumerated().map { index, word in
      SpokenText.Word(text: String(word), start: Double(index), end: Double(index + 1), confidence: 1)
    }
    print(SpokenText(joining: wording.apply(to: [spoken], language: arguments[0])).text)
  }
}

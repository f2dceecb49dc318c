/// Returns the word that was probably meant; `nil` if none is similar.
func nearest(to text: String, among words: [String]) -> String? {
  // A longer text is not a typo, and the distance costs the product of the lengths.
  guard text.count <= 64 else { return nil }
  let near = words.map { (word: $0, distance: editDistance(text, $0)) }
    .filter { $0.distance <= max(1, min(text.count, $0.word.count) / 3) }
  return near.min { $0.distance < $1.distance }?.word
}

/// Returns the number of letters to add, drop, change or swap with a neighbor to turn one word into another (the
/// optimal string alignment distance).
func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first)
  let second = Array(second)
  // The rows of the table for the prefixes of `first` that end two letters ago, one letter ago, and here.
  var beforeLast: [Int] = []
  var last = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      var distance = min(last[column + 1], current[column]) + 1
      distance = min(distance, last[column] + (letter == other ? 0 : 1))
      if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[second.count]
}

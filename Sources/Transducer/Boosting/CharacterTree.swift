/// A prefix tree of character sequences. Its nodes are numbered in breadth-first order, and the children of a node
/// are adjacent and sorted by character; node 0 is the root.
struct CharacterTree: Sendable {
  /// The character that leads to each node; 0 for the root.
  private(set) var characters: [UInt32] = [0]
  /// The parent of each node; 0 for the root.
  private(set) var parents: [Int32] = [0]
  /// The first child of each node: its children end where those of the next node begin.
  private var firstChildren: [Int32] = []
  /// The places in ``order`` of the sequences that end at each node.
  private var ends: [Range<Int32>] = []
  /// The indices of the sequences, sorted by their characters.
  private let order: [Int]

  /// The number of nodes.
  var count: Int { characters.count }

  /// Creates the tree of some sequences, which may be equal or empty.
  init(_ sequences: [[UInt32]]) {
    order = sequences.indices.sorted { sequences[$0].lexicographicallyPrecedes(sequences[$1]) }
    // The sequences that pass each node, as a range of the order.
    var passing = [0..<order.count]
    var depths = [0]
    var node = 0
    while node < passing.count {
      let (range, depth) = (passing[node], depths[node])
      // A shorter sequence precedes those that begin with it.
      var place = range.lowerBound
      while place < range.upperBound, sequences[order[place]].count == depth { place += 1 }
      ends.append(Int32(range.lowerBound)..<Int32(place))
      firstChildren.append(Int32(passing.count))
      while place < range.upperBound {
        let character = sequences[order[place]][depth]
        let start = place
        while place < range.upperBound, sequences[order[place]][depth] == character { place += 1 }
        characters.append(character)
        parents.append(Int32(node))
        passing.append(start..<place)
        depths.append(depth + 1)
      }
      node += 1
    }
    firstChildren.append(Int32(passing.count))
  }

  /// Returns the children of a node.
  func children(of node: Int) -> Range<Int> {
    Int(firstChildren[node])..<Int(firstChildren[node + 1])
  }

  /// Returns the child of a node that a character leads to.
  func child(of node: Int, by character: UInt32) -> Int? {
    var (low, high) = (Int(firstChildren[node]), Int(firstChildren[node + 1]))
    while low < high {
      let middle = (low + high) / 2
      if characters[middle] < character { low = middle + 1 } else { high = middle }
    }
    return low < Int(firstChildren[node + 1]) && characters[low] == character ? low : nil
  }

  /// Returns the indices of the sequences that end at a node.
  func sequences(endingAt node: Int) -> some Sequence<Int> {
    ends[node].lazy.map { order[Int($0)] }
  }
}

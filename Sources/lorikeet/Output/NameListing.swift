internal import JSON
internal import Names
internal import SystemPaths
internal import WyomingProtocol

/// The names of all sources, for people and for programs.
struct NameListing {
  private let rows: [(name: Name, source: NameBook.Source)]

  init(_ entries: [(source: NameBook.Source, entry: NameBook.Entry)]) {
    rows = entries.flatMap { source, entry in entry.names.map { ($0, source) } }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// A line for each name, with its other spellings, its weight if it has one, and its source.
  var text: String {
    let names = rows.map { row in ([row.name.text] + row.name.alternatives).joined(separator: " | ").inOneLine
    }
    let width = min(names.map(\.count).max() ?? 0, 60)
    return zip(rows, names).map { row, name in
      let weight = row.name.weight == 1 ? "" : "   weight \(row.name.weight)"
      return "\(name.padded(to: width))   \(row.source.rawValue)\(weight)"
    }.joined(separator: "\n")
  }

  /// A JSON object for each name. The keys are a stable interface.
  var lines: String {
    rows.map { row in
      JSONValue.object([
        "name": .string(row.name.text), "source": .string(row.source.rawValue),
        "weight": .number(Double(row.name.weight)),
      ]).line.readableJSON
    }.joined(separator: "\n")
  }
}

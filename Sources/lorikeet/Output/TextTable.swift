/// A text table: texts are aligned to the left, numbers to the right.
struct TextTable {
  struct Column {
    let title: String
    var isNumber = true
  }

  let columns: [Column]
  /// The rows, with a cell for each column.
  var rows: [[String]] = []

  /// The titles and the rows, indented by two blanks.
  var lines: [String] {
    let titles = columns.map(\.title)
    let widths = columns.indices.map { column in
      ([titles] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([titles] + rows).map { cells in
      let padded = zip(columns, zip(cells, widths)).map { column, cell in
        let (text, width) = cell
        return column.isNumber
          ? String(repeating: " ", count: width - text.count) + text : text.padded(to: width)
      }
      return "  " + String(padded.joined(separator: "   ").reversed().drop { $0 == " " }.reversed())
    }
  }
}

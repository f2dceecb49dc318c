internal import Settings

extension [String] {
  /// The arguments with the former spelling of two switches, `--force-script no` and `--keep-originals=yes`, replaced
  /// by the one that all switches share, `--no-force-script` and `--keep-originals`.
  ///
  /// A word after one of these switches is its value, as it was then; the parser rejects any but yes and no.
  var withoutOldSpellings: [String] {
    let switches = [Setting.forceScript, .keepOriginals].map(\.name)
    var arguments: [String] = []
    var rest = self[...]
    while let argument = rest.popFirst() {
      let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard argument != "--" else { return arguments + [argument] + rest }
      guard let name = switches.first(where: { halves[0] == "--\($0)" }) else {
        arguments.append(argument)
        continue
      }
      var value = halves.count > 1 ? String(halves[1]) : nil
      if value == nil, let next = rest.first, !next.hasPrefix("-") { value = rest.removeFirst() }
      switch value.map(Setting.truth) {
      case nil, true?: arguments.append("--\(name)")
      case false?: arguments.append("--no-\(name)")
      case .some(nil): arguments.append("--\(name)=\(value ?? "")")
      }
    }
    return arguments
  }
}

import ArgumentParser
import Testing

@testable import lorikeet

@Suite struct `Help` {
  private static let commands: [(name: String, type: any ParsableCommand.Type, examples: Examples)] = [
    ("lorikeet", Lorikeet.self, .lorikeet), ("lorikeet serve", Serve.self, .serve),
    ("lorikeet transcribe", Transcribe.self, .transcribe), ("lorikeet models", Models.self, .models),
    ("lorikeet models list", Models.List.self, .list), ("lorikeet models pull", Models.Pull.self, .pull),
    ("lorikeet models verify", Models.Verify.self, .verify),
    ("lorikeet models remove", Models.Remove.self, .remove), ("lorikeet names", NamesCommand.self, .names),
    ("lorikeet health", Health.self, .health),
    ("lorikeet doctor", Doctor.self, .doctor), ("lorikeet bench", Bench.self, .bench),
  ]

  @Test(arguments: 0..<commands.count)
  func `the help of a command shows two or three examples, each on its own line`(
    number: Int
  ) {
    let (name, type, examples) = Self.commands[number]
    let help = Lorikeet.helpMessage(for: type, columns: 80)
    #expect((2...3).contains(examples.all.count))
    for example in examples.all {
      #expect(example.command.hasPrefix(name))
      #expect(help.contains("\n  # \(example.what)\n  \(example.command)\n"))
    }
  }

  @Test(arguments: [
    (["serve"], ["ADDRESS", "RECOGNITION", "NAMES", "TEXT", "LOG", "LIMITS", "ADVANCED", "OPTIONS"]),
    (["transcribe"], ["ARGUMENTS", "RECOGNITION", "NAMES", "TEXT", "ADVANCED", "OPTIONS"]),
    (["bench"], ["ARGUMENTS", "RECOGNITION", "ADVANCED", "OPTIONS"]),
  ])
  func `the help has a section for advanced options`(command: [String], sections: [String]) throws {
    let type = try #require(Self.commands.first { $0.name == "lorikeet \(command[0])" }).type
    let lines = Lorikeet.helpMessage(for: type, columns: 80).split(separator: "\n").map(String.init)
    let titles = lines.filter { line in sections.contains { line == "\($0):" || line == "\($0) OPTIONS:" } }
    #expect(titles.count == sections.count)
    let advanced = try #require(lines.firstIndex(of: "ADVANCED OPTIONS:"))
    let vadMargin = try #require(lines.firstIndex { $0.hasPrefix("  --vad-margin") })
    let model = try #require(lines.firstIndex { $0.hasPrefix("  --model") })
    #expect(model < advanced && advanced < vadMargin)
  }

  @Test(arguments: 0..<commands.count) func `an example in the help is a valid command`(number: Int) throws {
    for example in Self.commands[number].examples.all {
      let words = self.words(of: example.command).prefix { $0 != ">" }
      let command = try Lorikeet.parseAsRoot(Array(words.dropFirst()))
      if number > 0, Self.commands[number].type.configuration.subcommands.isEmpty {
        #expect(type(of: command) == Self.commands[number].type)
      }
    }
  }

  @Test func `the help of every command has examples`() {
    func all(_ type: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      [type] + type.configuration.subcommands.flatMap(all)
    }
    #expect(Set(all(Lorikeet.self).map { "\($0)" }) == Set(Self.commands.map { "\($0.type)" }))
  }

  /// Returns the words of a command as a shell splits it.
  private func words(of command: String) -> [String] {
    let parts = command.split(separator: "'", omittingEmptySubsequences: false)
    var words: [String] = []
    for (place, part) in parts.enumerated() {
      words += place.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
    }
    return words
  }
}

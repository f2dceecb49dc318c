import ArgumentParser
import Testing

@testable import lorikeet

@Suite struct `Help` {
  private static let commands: [(name: String, type: any ParsableCommand.Type, examples: Examples)] = [
    ("lorikeet", Lorikeet.self, .lorikeet), ("lorikeet serve", Serve.self, .serve),
    ("lorikeet transcribe", Transcribe.self, .transcribe), ("lorikeet models", Models.self, .models),
    ("lorikeet models list", Models.List.self, .list), ("lorikeet models pull", Models.Pull.self, .pull),
    ("lorikeet models verify", Models.Verify.self, .verify),
    ("lorikeet models remove", Models.Remove.self, .remove), ("lorikeet health", Health.self, .health),
    ("lorikeet doctor", Doctor.self, .doctor), ("lorikeet bench", Bench.self, .bench),
  ]

  @Test(arguments: 0..<commands.count)
  func `every command's help shows two or three examples, each on its own line`(
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

  @Test(arguments: 0..<commands.count) func `every example in the help can be parsed`(number: Int) throws {
    for example in Self.commands[number].examples.all {
      let words = self.words(of: example.command).prefix { $0 != ">" }
      let command = try Lorikeet.parseAsRoot(Array(words.dropFirst()))
      if number > 0, Self.commands[number].type.configuration.subcommands.isEmpty {
        #expect(type(of: command) == Self.commands[number].type)
      }
    }
  }

  @Test func `every command has examples in its help`() {
    func all(_ type: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      [type] + type.configuration.subcommands.flatMap(all)
    }
    #expect(Set(all(Lorikeet.self).map { "\($0)" }) == Set(Self.commands.map { "\($0.type)" }))
  }

  /// Splits a command like a shell.
  private func words(of command: String) -> [String] {
    let parts = command.split(separator: "'", omittingEmptySubsequences: false)
    var words: [String] = []
    for (place, part) in parts.enumerated() {
      words += place.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
    }
    return words
  }
}

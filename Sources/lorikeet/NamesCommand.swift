internal import ArgumentParser
internal import HomeAssistant
internal import Names
internal import Settings
internal import SystemPaths

/// `lorikeet names`: prints the names that a server with the same options would prefer.
struct NamesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names",
    abstract: "List the names that recognition prefers.",
    discussion: """
      Reads the file of names, and asks Home Assistant once, as a server with these options does. The token is read from \
      its file or from LORIKEET_HOME_ASSISTANT_TOKEN.
      """.with(.names))

  @OptionGroup(title: "Names options") var sources: NameSourceOptions

  @Option(help: "Format of the list; json prints one object per name, each on its own line.")
  var format = NameFormat.text

  func validate() throws { try validateSettings() }

  // On the main thread, because reading files blocks.
  @MainActor
  func run() async throws {
    await runToTheEnd {
      let settings = try settings().settings
      let home = try HomeSource(settings, environment: SystemProcess.environment)
      guard home != nil || settings.names != nil else { throw CommandError.noNameSource }
      let book = NameBook()
      if let file = settings.names { book.update(.file, try NamesFile.read(file)) }
      if let home {
        let names = try await HomeNames.read(home.address, home.token) { Terminal.note("lorikeet: \($0)\n") }
        book.update(.homeAssistant, names)
      }
      let list = NameListing(book.entries)
      guard !list.isEmpty else { return Terminal.note("lorikeet: there are no names\n") }
      try Terminal.print(format == .json ? list.lines : list.text)
    }
  }
}

/// The format of a list of names.
enum NameFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

public import ArgumentParser
internal import ModelDownload
public import ModelStore
internal import Settings
internal import SystemPaths

/// `lorikeet models`: manages the models on this machine.
struct Models: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, download, verify and remove models.",
    discussion: """
      A model is a name of 'lorikeet models list --available', such as 'parakeet-tdt-0.6b-v3', or \
      OWNER/NAME[@COMMIT][/FOLDER] for any Hugging Face repository with such files. Without a commit, the hub is asked \
      once, and its answer recorded. The commands read the environment variables HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE, \
      HF_HUB_DOWNLOAD_TIMEOUT, HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
      """.with(.models),
    subcommands: [List.self, Pull.self, Verify.self, Remove.self])
}

extension ExportFiles: ExpressibleByArgument {}

extension HubRepository: ExpressibleByArgument {
  /// Creates a model from its name in the catalogue or on the hub.
  public init?(argument: String) {
    self.init(named: argument)
  }

  public static var defaultCompletionKind: CompletionKind { .list(catalogue.map(\.name)) }
}

extension HubSettings {
  static func fromEnvironment(isOffline: Bool) throws(DownloadError) -> HubSettings {
    try HubSettings(environment: SystemProcess.environment, isOffline: isOffline)
  }
}

/// The option for the directory of the models.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Directory for downloaded, prepared and compiled models. (default: \(DataDirectory.standard))",
      valueName: "directory"),
    completion: .directory)
  var dataDir: String?

  var library: ModelLibrary { ModelLibrary(dataDirectory: directory) }

  /// The directory of prepared models.
  var prepared: String { "\(directory)/prepared" }

  var directory: String { dataDir ?? DataDirectory.standard }
}

extension Models {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List downloaded models, prepared models, and models that can be downloaded.",
      discussion: "".with(.list))

    @OptionGroup var store: StoreOptions

    @Flag(help: "List the known models instead, with size, languages, and for whom they are.")
    var available = false

    func run() async throws {
      await runToTheEnd {
        guard !available else { return try listAvailable() }
        let there = store.library.list()
        try Terminal.print("\(ModelDirectory.builtin)\tcomes with the program")
        for stored in there { try Terminal.print("\(stored.model.name)\t\(state(of: stored))") }
        for prepared in PreparedModel.all(in: store.library.prepared) {
          let weights = prepared.manifest.weights.rawValue
          try Terminal.print(
            "\(prepared.manifest.model)\tprepared (\(weights))\t\(ByteCount(Int(prepared.size)))\t\(prepared.path)"
          )
        }
        for model in HubRepository.catalogue
        where !there.contains(where: { $0.model == model }) && store.library.prepared(model).isEmpty {
          try Terminal.print("\(model.name)\tnot there")
        }
      }
    }

    private func listAvailable() throws {
      let named = HubRepository.catalogue.compactMap { model in model.known.map { (model.name, $0) } }
      for (name, facts) in named + KnownModel.fineTunes {
        let languages = facts.languages.joined(separator: ", ")
        try Terminal.print("\(name)\t\(ByteCount(facts.bytes))\t\(languages)\t\(facts.audience)")
      }
    }

    private func state(of stored: StoredModel) -> String {
      let complete = stored.precisions
      guard !complete.isEmpty else {
        let isPrepared = !stored.prepared(in: store.library.prepared).isEmpty
        return "\(isPrepared ? "prepared only" : "incomplete")\t\(stored.path)"
      }
      return "\(complete.joined(separator: ", "))\t\(ByteCount(stored.size))\t\(stored.path)"
    }
  }

  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a model, or its missing files.",
      discussion: """
        An interrupted download resumes with the next pull. A file gets its final name only after its size and SHA-256 \
        have been verified.
        """.with(.pull))

    @OptionGroup var store: StoreOptions

    @Option(
      help: """
        Export to download: fp32 (2.5 GB for Parakeet TDT 0.6B; the next best if there is none) or int8 (0.7 GB, less \
        accurate).
        """)
    var files = ExportFiles.fp32

    @Flag(help: "Never use the network; report the missing files.")
    var offline = false

    @Flag(help: "Do not show a progress bar.")
    var quiet = false

    @Argument(help: "Model, as in 'lorikeet models list', or OWNER/NAME[@COMMIT][/FOLDER].")
    var model: HubRepository

    func run() async throws {
      await runToTheEnd {
        let library = store.library
        let report = PullReport(model: model.name, quiet: quiet)
        try await library.pull(model, files, from: .fromEnvironment(isOffline: offline)) { report($0) }
        try Terminal.print(StoredModel(model, in: library.models).path)
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify the SHA-256 of all downloaded and prepared files of models.",
      discussion:
        "Removes damaged files, so that the next pull downloads them again; the exit status is then 1."
        .with(.verify))

    @OptionGroup var store: StoreOptions

    @Argument(help: "Models to verify; all if none is given.")
    var models: [HubRepository] = []

    func run() async throws {
      await runToTheEnd {
        let library = store.library
        let chosen =
          models.isEmpty ? library.list().filter { !$0.record.files.isEmpty }.map(\.model) : models
        var isRight = true
        for model in chosen {
          var lines: [String] = []
          isRight = try await library.verify(model) { lines.append("\(model.name)\t\($0)\t\($1)") } && isRight
          for line in lines { try Terminal.print(line) }
        }
        guard isRight else { throw CommandError.wrongFiles }
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove the downloaded and prepared files of a model.", discussion: "".with(.remove))

    @OptionGroup var store: StoreOptions

    @Argument(help: "Model, as in 'lorikeet models list', or OWNER/NAME[@COMMIT][/FOLDER].")
    var model: HubRepository

    func run() async throws {
      await runToTheEnd {
        let bytes = try store.library.remove(model)
        try Terminal.print("\(model.name)\tremoved\t\(ByteCount(bytes))")
      }
    }
  }
}

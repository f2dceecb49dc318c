internal import ArgumentParser
internal import Audio
internal import ModelDownload
internal import ModelStore
internal import Names
internal import Recognition
internal import Settings
internal import SpeechEngine

/// `lorikeet transcribe`: transcribes recordings.
struct Transcribe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Transcribe recordings.",
    discussion: """
      Reads WAV, FLAC, Ogg Vorbis, Opus, MP3 and other files with any sample rate and number of channels. If one of \
      several files cannot be read, it is reported, the others are transcribed, and the exit status is 1.
      """.with(.transcribe))

  @OptionGroup(title: "Recognition options") var speech: SpeechOptions
  @OptionGroup(title: "Names options") var nameSources: NamesFileOptions
  @OptionGroup(title: "Names options") var names: NamesOptions
  @OptionGroup(title: "Text options") var text: TextOptions
  @OptionGroup(title: "Advanced options") var advanced: AdvancedSpeechOptions

  @Option(help: "Format of the transcript; json prints one object per file, each on its own line.")
  var format = TranscriptFormat.text

  @Flag(help: "Do not show a progress bar.")
  var quiet = false

  @Argument(
    help: ArgumentHelp("Recordings to transcribe; - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String]

  func validate() throws {
    try validateSettings()
    guard files.count == 1 || !format.isSubtitles else {
      throw ValidationError("--format \(format.rawValue) takes only one file: its times begin at zero")
    }
  }

  // On the main thread, because reading files blocks.
  @MainActor
  func run() async throws {
    await runToTheEnd {
      let settings = try settings().settings
      let names = try settings.names.map(NamesFile.read) ?? []
      let context = SpeechContext(language: settings.language, phrases: names.flatMap(\.phrases))
      let request = ModelRequest(settings)
      let model = try await find(request)
      let recognizer = request.recognizer(of: model) { event in
        if event.isNotable { note(Remedies.text(of: event)) }
      }
      try await recognizer.prepare()
      await dropOriginals(of: model, request)
      var allRead = true
      for file in files {
        do {
          let transcript = try await transcribe(file, in: context, with: recognizer)
          let worded = transcript.worded(settings.wording, languages: model.languages)
          try Terminal.print(format.render(worded, of: file))
        } catch let error as AudioError {
          Terminal.fail(error)
          allRead = false
        }
      }
      if !allRead { throw ExitCode.failure }
    }
  }

  /// Returns the model, and downloads it if necessary.
  private func find(_ request: ModelRequest) async throws -> ModelDirectory {
    switch try request.locate() {
    case .here(let model): return model
    case .hub(let model, let hub):
      return try await request.fetch(model, from: hub, PullReport(model: model.name, quiet: quiet))
    }
  }

  private func dropOriginals(of model: ModelDirectory, _ request: ModelRequest) async {
    do {
      guard let bytes = try await request.dropOriginals(of: model) else { return }
      note("removed the files that \(model.name) was prepared from, \(ByteCount(bytes))")
    } catch {
      Terminal.fail(error)
    }
  }

  private func note(_ text: String) {
    if !quiet { Terminal.note("lorikeet: \(text)\n") }
  }

  @MainActor
  private func transcribe(
    _ file: String, in context: SpeechContext, with recognizer: Recognizer
  ) async throws -> Transcript {
    var reader = try AudioReader(path: file)
    let progress = ProgressBar(label: reader.source, isShown: Terminal.isWatched && !quiet)
    defer { progress.clear() }
    var transcription = try await recognizer.transcription(in: context)
    var hasNotedChannel = false
    while let samples = try reader.next() {
      try await transcription.append(samples)
      if let channel = reader.loudestChannel, !hasNotedChannel {
        hasNotedChannel = true
        progress.clear()
        note(
          "\(reader.source): its channels cancel each other; channel \(channel + 1), the loudest, is used alone"
        )
      }
      progress.show(transcription.recognizedSeconds, of: reader.seconds)
    }
    return try await transcription.finish()
  }
}

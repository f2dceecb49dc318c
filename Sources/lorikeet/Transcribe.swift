internal import ArgumentParser
internal import Audio
internal import ModelStore
internal import Recognition

/// `lorikeet transcribe`: recordings in, text out.
struct Transcribe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what is said in recordings.",
    discussion: """
      Reads WAV, FLAC, Ogg Vorbis, Opus, MP3 and other files of any sample rate and channel count. With several \
      files, one that cannot be read is reported, the others are transcribed, and the exit status is 1.
      """)

  @OptionGroup var recognition: RecognitionOptions

  @Option(help: "How the transcript is written; json is an object a line for each file.")
  var format = TranscriptFormat.text

  @Flag(help: "No progress bar.")
  var quiet = false

  @Argument(help: ArgumentHelp("The recordings; - is standard input.", valueName: "file"))
  var files: [String]

  func validate() throws {
    guard files.count == 1 || !format.isSubtitles else {
      throw ValidationError("--format \(format.rawValue) takes one file: its times begin at zero")
    }
  }

  // On the main thread: reading files blocks.
  @MainActor
  func run() async throws {
    try await reportingFailure {
      let recognizer = try await recognizer()
      try await recognizer.prepare()
      var allRead = true
      for file in files {
        do {
          let transcript = try await transcribe(file, with: recognizer)
          try Terminal.print(format.render(transcript, of: file))
        } catch let error as AudioError {
          Terminal.fail(error)
          allRead = false
        }
      }
      if !allRead { throw ExitCode.failure }
    }
  }

  /// The recognizer of the model, which is fetched if need be.
  private func recognizer() async throws -> Recognizer {
    let wanted = recognition.wanted()
    let model: ModelDirectory
    switch try wanted.locate() {
    case .here(let found): model = found
    case .hub(let known, let hub):
      model = try await wanted.fetch(known, from: hub, PullReport(model: known.name, quiet: quiet))
    }
    return wanted.recognizer(of: model) { [quiet] event in
      if !quiet, event.isNotable { Terminal.note("lorikeet: \(event)\n") }
    }
  }

  @MainActor
  private func transcribe(_ file: String, with recognizer: Recognizer) async throws -> Transcript {
    var reader = try AudioReader(path: file)
    var utterance = recognizer.utterance()
    while let samples = try reader.next() { utterance.append(samples) }
    let progress = ProgressBar(label: reader.source, isShown: Terminal.isWatched && !quiet)
    defer { progress.clear() }
    return try await recognizer.transcribe(utterance, language: recognition.language) { progress.show($0) }
  }
}

internal import Concurrency
public import Endpointing
internal import SpeechFeatures
internal import Synchronization
internal import Transducer

extension LiveTranscription {
  /// The beginning of speech, in seconds from the beginning of the audio; `nil` if there was none yet.
  public var speechStart: Double? {
    state.withLock { $0.utterance.progress.speechStart }.map(Utterance.seconds)
  }

  /// The text up to the place where the utterance may have ended; `nil` while there is none.
  public var hypothesis: Hypothesis? { state.withLock { $0.search?.detector.hypothesis } }

  /// Sets the times after which the utterance ends, if its end is searched.
  public func end(after times: EndpointTimes) {
    state.withLock { $0.search?.times = times }
  }

  /// Appends samples until the speaker has finished; the samples after that are dropped.
  ///
  /// Audio that comes faster than it was spoken waits for the text before a pause, as a microphone would have: the same
  /// audio has the same end, however it comes.
  ///
  /// - Parameter samples: 16 kHz, mono, in [-1, 1].
  /// - Returns: The end, in seconds from the beginning of the audio; `nil` while the speaker goes on, and always if the
  ///   end is not searched.
  public func appendUntilEnd(_ samples: [Float]) async -> Double? {
    guard state.withLock({ $0.search != nil }) else {
      append(samples)
      return nil
    }
    var rest = samples[...]
    while !rest.isEmpty {
      let step = hear(&rest)
      if let end = step.end { return end }
      if step.lacksText, step.lead > 0 { await waitForText(step.report, atMost: step.lead) }
    }
    return nil
  }

  private struct Step {
    /// The end, in seconds.
    var end: Double?
    /// True if the text before the pause is not known.
    var lacksText = false
    /// The report of that text, if it is being recognized.
    var report: Task<Void, Never>?
    /// The time by which the audio is ahead of a microphone, in seconds.
    var lead = 0.0
  }

  /// Takes samples up to the next feature frame, and looks for an end.
  private func hear(_ samples: inout ArraySlice<Float>) -> Step {
    state.withLock { state in
      guard var search = state.search else { return Step() }
      defer { state.search = search }
      if search.endpoint != nil { return Step(end: state.utterance.seconds) }
      let missing = LogMelExtractor.hop - state.utterance.sampleCount % LogMelExtractor.hop
      state.utterance.append(Array(samples.prefix(missing)))
      samples = samples.dropFirst(missing)
      search.update(state.utterance.progress)
      if let endpoint = search.endpoint {
        state.utterance.cut = endpoint.cut
        return Step(end: state.utterance.seconds)
      }
      guard let limit = recognizer.windowLimit else { return Step() }
      recognizeCertainWindows(limit: limit, &state)
      recognizeCandidate(limit: limit, &search, &state)
      let lead = search.lead(of: state.utterance.seconds)
      return Step(
        lacksText: search.lacksText, report: search.isRecognizing ? state.speculation.report : nil, lead: lead
      )
    }
  }

  /// Recognizes the text before the place where the utterance may have ended.
  private func recognizeCandidate(limit: Int, _ search: inout EndpointSearch, _ state: inout State) {
    let windows = search.detector.candidate.flatMap {
      state.utterance.settledWindows(limit: limit, cut: $0.cut)
    }
    search.wants(windows)
    let hasBegun = recognizeEarly(windows, &state) { [weak self] results in
      if let windows { self?.take(results, of: windows) }
    }
    if hasBegun, let windows { search.begin(windows) }
  }

  /// Reports the text of windows, or that there is none.
  private func take(_ results: [WindowResult]?, of windows: [Window]) {
    state.withLock { state in
      guard let results else {
        state.search?.end(windows)
        return
      }
      var assembly = TranscriptAssembly(for: recognizer)
      for result in results { assembly.add(result, audioSeconds: state.utterance.seconds) }
      let text = SpokenText(joining: assembly.segments)
      let language = state.context.language ?? recognizer.languages.language(of: text.text)
      state.search?.take(text, language: language, of: windows)
    }
  }

  /// Waits for the text before the pause, but no longer than a number of seconds. If the device is too busy for it, waits
  /// for the time of a piece.
  private func waitForText(_ report: Task<Void, Never>?, atMost seconds: Double) async {
    if let report {
      await withTaskGroup { group in
        group.addTask { await report.value(orIfCancelled: ()) }
        group.addTask { try? await Task.sleep(for: .seconds(seconds)) }
        await group.next()
        group.cancelAll()
      }
    }
    guard state.withLock({ $0.search?.lacksText ?? false }) else { return }
    try? await Task.sleep(for: .seconds(min(seconds, Utterance.seconds(1))))
  }
}

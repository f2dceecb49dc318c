internal import Audio
internal import OpenAIProtocol

extension Upload {
  /// The format of what ffmpeg writes.
  private static let converted = try? PCMFormat(sampleRate: 16_000, bytesPerSample: 2, channels: 1)

  /// Decodes the recording, while it arrives if its format allows that, and calls `body` with its samples: 16 kHz,
  /// mono, in [-1, 1].
  ///
  /// - Throws: ``APIError`` if the recording cannot be used, or an error of `body`.
  func forEachSamples(_ body: ([Float]) async throws -> Void) async throws {
    do {
      switch try await kind() {
      case .wave(let layout): try await readWave(layout, body)
      case .other: try await readOther(body)
      case .foreign(let format): try await readForeign(format, body)
      }
    } catch let error as AudioError {
      throw Self.refusal(error)
    }
  }

  private func readWave(_ layout: WaveLayout, _ body: ([Float]) async throws -> Void) async throws {
    var reader = try WaveReader(layout, source: name)
    var offset = 0
    while let bytes = try await bytes(at: offset) {
      offset += bytes.count
      try await body(reader.append(bytes))
    }
    try await body(reader.finish())
  }

  private func readOther(_ body: ([Float]) async throws -> Void) async throws {
    var count = 0
    if let recording = ArrivingRecording(self) {
      let isComplete = try await recording.forEachSamples { samples in
        count += samples.count
        try await body(samples)
      }
      if isComplete { return }
    }
    // From the beginning, when all is there: what is known already is left out.
    let reader = try await reader()
    while let samples = try await blocking({ try reader.next() }) {
      let known = min(count, samples.count)
      count -= known
      try await body(Array(samples[known...]))
    }
  }

  private func readForeign(_ name: String, _ body: ([Float]) async throws -> Void) async throws {
    guard let format = FFmpeg.format(named: name), let pcm = Self.converted else {
      throw APIError(
        415, "\(self.name) is \(name), which is not supported; convert it to WAV or FLAC.", param: "file")
    }
    do {
      var stream = try PCMStream(format: pcm)
      var isEmpty = true
      try await FFmpeg.read(self, as: format) { bytes in
        isEmpty = isEmpty && bytes.isEmpty
        try await body(stream.append(bytes.span))
      }
      if isEmpty { throw FFmpeg.Failure(message: "it has no audio") }
      try await body(stream.finish())
    } catch let failure as FFmpeg.Failure {
      throw APIError(422, "\(self.name) is \(name) and cannot be decoded: \(failure.message)", param: "file")
    } catch is FFmpeg.Missing {
      throw APIError(
        415,
        "\(self.name) is \(name), which needs the program ffmpeg on the server: install it, or send WAV or FLAC.",
        param: "file", code: "ffmpeg_missing")
    }
  }

  private static func refusal(_ error: AudioError) -> APIError {
    let status =
      switch error.reason {
      case .unknownFormat, .unsupported, .foreign: 415
      case .empty: 400
      case .cannotOpen, .isDirectory: 500
      case .truncated, .noEndMark, .notANumber, .outOfRange, .unreadable: 422
      }
    return APIError(status, error.description, param: "file", code: status == 422 ? "damaged_recording" : nil)
  }
}

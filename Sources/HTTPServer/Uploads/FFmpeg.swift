internal import Subprocess
internal import SystemPackage
internal import SystemPaths

/// The program `ffmpeg`, which reads the formats that we do not.
///
/// It gets no file name from outside and no network, one of its formats is forced, and it lives no longer than the task that
/// runs it.
enum FFmpeg {
  /// A format that it reads.
  struct Format: Sendable, Equatable {
    /// ffmpeg's name of the format.
    var demuxer: String
    /// True if the recording can be read from its beginning to its end, without going back.
    var isStreamable: Bool
  }

  /// A recording that ffmpeg cannot read.
  struct Failure: Error, Sendable, Equatable {
    /// ffmpeg's message.
    var message: String
  }

  /// ffmpeg is not installed.
  struct Missing: Error, Sendable {}

  /// Returns how to read a format.
  ///
  /// - Parameter name: The name in `RecordingKind.foreign`.
  static func format(named name: String) -> Format? {
    switch name {
    case "WebM", "Matroska": Format(demuxer: "matroska", isStreamable: true)
    case "M4A", "MP4", "3GP", "QuickTime": Format(demuxer: "mov", isStreamable: false)
    case "AAC": Format(demuxer: "aac", isStreamable: true)
    case "AMR": Format(demuxer: "amr", isStreamable: true)
    case "WMA": Format(demuxer: "asf", isStreamable: true)
    case "Flash video": Format(demuxer: "flv", isStreamable: true)
    case "AVI": Format(demuxer: "avi", isStreamable: false)
    case "MPEG video": Format(demuxer: "mpeg", isStreamable: true)
    case "WavPack": Format(demuxer: "wv", isStreamable: false)
    case "Speex in Ogg": Format(demuxer: "ogg", isStreamable: true)
    case "True Audio": Format(demuxer: "tta", isStreamable: false)
    case "Monkey's Audio": Format(demuxer: "ape", isStreamable: false)
    default: nil
    }
  }

  /// Reads a recording, and calls `body` with its samples: 16 kHz, mono, 16 bit, little-endian.
  static func read(
    _ upload: Upload, as format: Format, _ body: ([UInt8]) async throws -> Void
  ) async throws {
    if format.isStreamable {
      let result = try await running(format, from: "pipe:0", input: .inputWriter) { execution in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            var offset = 0
            do {
              while let bytes = try await upload.bytes(at: offset) {
                offset += bytes.count
                _ = try await execution.standardInputWriter.write(bytes)
              }
            } catch let error as SubprocessError {
              // It has read enough, or it has failed, which its status tells.
              _ = error
            }
            try await execution.standardInputWriter.finish()
          }
          for try await buffer in execution.standardOutput {
            try await body(buffer.withUnsafeBytes { Array($0) })
          }
          try await group.waitForAll()
        }
      }
      try check(result.terminationStatus, result.standardError)
    } else {
      // A format with its index at the end: ffmpeg opens the file without a name by the number of its descriptor.
      let file = try await upload.completeFile()
      let input = FileDescriptor(rawValue: file.descriptor)
      let result = try await running(
        format, from: "file:/dev/stdin", input: .fileDescriptor(input, closeAfterSpawningProcess: false)
      ) { execution in
        for try await buffer in execution.standardOutput {
          try await body(buffer.withUnsafeBytes { Array($0) })
        }
      }
      withExtendedLifetime(file) {}
      try check(result.terminationStatus, result.standardError)
    }
  }

  private static func running<Input: InputProtocol>(
    _ format: Format, from source: String, input: Input,
    _ body: (Execution<Input, SequenceOutput, StringOutput<UTF8>>) async throws -> Void
  ) async throws -> ExecutionResult<Void, SequenceOutput, StringOutput<UTF8>> {
    let arguments = [
      "-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", "268435456", "-threads", "1",
      "-protocol_whitelist", source.hasPrefix("pipe") ? "pipe" : "file", "-f", format.demuxer, "-i", source,
      "-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", "16000", "-f", "s16le", "pipe:1",
    ]
    do {
      return try await run(
        .name("ffmpeg"), arguments: Arguments(arguments), input: input, output: .sequence,
        error: .string(limit: 65_536, encoding: UTF8.self), body: body)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw Missing()
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      throw Failure(message: "it is damaged")
    }
  }

  private static func check(_ status: TerminationStatus, _ messages: String) throws {
    guard !status.isSuccess else { return }
    let line = messages.split(whereSeparator: \.isNewline).last.map(String.init)
    throw Failure(message: line?.readable ?? "it ended with \(status)")
  }
}

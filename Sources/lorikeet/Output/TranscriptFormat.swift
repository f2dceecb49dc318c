internal import ArgumentParser
internal import Recognition
internal import Subtitling
internal import Transducer

/// The output format of a transcript.
enum TranscriptFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, srt, vtt

  /// True for the subtitle formats of video players.
  var isSubtitles: Bool { self == .srt || self == .vtt }

  /// Formats a transcript.
  ///
  /// - Parameters:
  ///   - transcript: The transcript.
  ///   - file: The recording's name on the command line.
  func render(_ transcript: Transcript, of file: String) -> String {
    switch self {
    case .text: transcript.text
    case .json: TranscriptJSON(transcript, file: file).line
    case .srt: Subtitles(transcript.spoken.words).subRip
    case .vtt: Subtitles(transcript.spoken.words).webVTT
    }
  }
}

internal import ArgumentParser
internal import Recognition
internal import Transducer

/// How a transcript is written.
enum TranscriptFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, srt, vtt

  /// Whether it is for players, with times in it.
  var isSubtitles: Bool { self == .srt || self == .vtt }

  /// - Parameter file: The recording's name as it was given.
  func render(_ transcript: Transcript, of file: String) -> String {
    switch self {
    case .text: transcript.text
    case .json: TranscriptJSON(transcript, file: file).line
    case .srt: Subtitles(transcript.spoken.words).subRip
    case .vtt: Subtitles(transcript.spoken.words).webVTT
    }
  }
}

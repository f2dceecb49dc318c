import Glibc
import Testing

/// Prints the figures of docs/measurements.md: `LORIKEET_FIGURES=1 swift test --filter FiguresTests`.
@Suite(.enabled(if: getenv("LORIKEET_FIGURES") != nil))
struct `The figures of voice activity` {
  @Test(arguments: [128, 80]) func `the figures of voice activity are printed`(bands: Int) throws {
    print("\(bands) mel bands: utterances \(try SpeechFigures.utterances(bands: bands))")
    print("\(bands) mel bands: at 5 dB \(try SpeechFigures.atFiveDecibels(bands: bands))")
    print("\(bands) mel bands: pieces \(try SpeechFigures.pieces(bands: bands))")
    print("\(bands) mel bands: no speech \(NoSpeechFigures.stretches(bands: bands))")
    print("\(bands) mel bands: beginnings \(NoSpeechFigures.beginnings(bands: bands))")
    for place in StepFigures.Place.allCases {
      var figures = StepFigures()
      for kind in NoiseKind.allCases {
        for change in [-18.0, -6, 3, 6, 12, 18] {
          let snr = place == .before || place == .atWords || place == .inWords ? max(10, 10 + change) : 20
          figures += try StepFigures.steps(of: change, at: place, in: kind, snr: snr, bands: bands)
        }
      }
      print("\(bands) mel bands: \(place) \(figures)")
    }
  }
}

import Glibc
import SpeechFeatures
import Support
import Testing

@testable import VoiceActivity

@Suite struct `SIMD arithmetic of voice activity` {
  @Test func `SIMD exponentials and levels agree with the C library`() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<2000 {
      var x = Bands.zero
      for lane in 0..<8 { x[lane] = Float.random(in: -40...40, using: &generator) }
      let powers = Decibels.exponential(x)
      let levels = Decibels.level(powers)
      for lane in 0..<8 {
        let exact = exp(Double(x[lane]))
        #expect(abs(Double(powers[lane]) - exact) <= 5e-6 * exact)
        #expect(abs(Double(levels[lane]) - 10 * log10(Double(powers[lane]))) < 0.001)
      }
      let again = Decibels.level(Decibels.energy(levels))
      #expect((0..<8).allSatisfy { abs(again[$0] - levels[$0]) < 0.001 })
    }
    #expect(Decibels.level(Bands(repeating: 1)) == .zero)
  }

  @Test(arguments: [1, 2, 7, 20])
  func `the sliding minimum equals the minimum of the last values`(length: Int) {
    var generator = SeededGenerator(seed: 9)
    let values = (0..<100).map { _ in Bands(repeating: Float.random(in: -1...1, using: &generator)) }
    var minimum = SlidingMinimum(length: length)
    for (index, value) in values.enumerated() {
      let least = values[max(0, index - length + 1)...index].map(\.[0]).min()
      #expect(minimum.add(value)[0] == least)
    }
  }

  @Test(arguments: [80, 128]) func `each mel band from 150 Hz to 7 kHz is in one speech band`(count: Int) {
    let bands = SpeechBands(bandCount: count)
    var members: [Int] = []
    for chunk in bands.chunks {
      members += (0..<8).filter { chunk.weights[$0] == 1 }.map { chunk.first + $0 }
      #expect(chunk.first >= 0 && chunk.first + 8 <= count)
    }
    let centers = LogMelExtractor.centers(bandCount: count)
    #expect(members.sorted() == centers.indices.filter { (150..<7000).contains(centers[$0]) })
    #expect(bands.memberCount == members.count)
  }

  @Test func `speech band levels exclude the features' guard`() {
    let bands = SpeechBands(bandCount: 128)
    let energy: Float = 1e-8  // A sixth of the guard.
    let frame = [Float](repeating: log(energy + LogMelExtractor.logGuard), count: 128)
    var energies = [Bands](repeating: .zero, count: bands.chunks.count)
    let levels = frame.withUnsafeBufferPointer { frame in
      energies.withUnsafeMutableBufferPointer { bands.levels(of: frame, into: $0) }
    }
    for band in 0..<8 { #expect(abs(levels[band] + 80) < 0.01) }
  }
}

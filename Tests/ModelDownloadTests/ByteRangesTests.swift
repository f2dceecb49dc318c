import Testing

@testable import ModelDownload

@Suite struct `A set of byte ranges` {
  private func set(_ ranges: Range<Int>...) -> ByteRanges {
    var set = ByteRanges()
    for range in ranges { set.insert(range) }
    return set
  }

  @Test func `byte ranges that touch or overlap are merged`() {
    #expect(set(0..<10, 10..<20).ranges == [0..<20])
    #expect(set(10..<20, 0..<10).ranges == [0..<20])
    #expect(set(0..<10, 20..<30, 5..<25).ranges == [0..<30])
    #expect(set(0..<10, 20..<30, 40..<50, 8..<45).ranges == [0..<50])
    #expect(set(0..<30, 10..<20).ranges == [0..<30])
    #expect(set(20..<30, 0..<10).ranges == [0..<10, 20..<30])
    #expect(set(5..<5).ranges == [])
  }

  @Test func `the missing byte ranges are the gaps`() {
    #expect(set().missing(in: 0..<10) == [0..<10])
    #expect(set(0..<10).missing(in: 0..<10) == [])
    #expect(set(2..<4, 6..<8).missing(in: 0..<10) == [0..<2, 4..<6, 8..<10])
    #expect(set(2..<4, 6..<8).missing(in: 3..<7) == [4..<6])
    #expect(set(0..<100).missing(in: 3..<7) == [])
    #expect(set().missing(in: 5..<5) == [])
  }

  @Test func `the missing parts of a file are at most as long as one request`() {
    #expect(set(10..<20).parts(missingFrom: 45, limit: 10) == [0..<10, 20..<30, 30..<40, 40..<45])
    #expect(set().parts(missingFrom: 0, limit: 10) == [])
    #expect(set().parts(missingFrom: -1, limit: 0) == [])
  }

  @Test func `byte ranges inserted in any order equal a set of numbers`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var ranges = ByteRanges()
      var numbers: Set<Int> = []
      for _ in 0..<12 {
        let lower = Int.random(in: 0..<60, using: &random)
        let range = lower..<Int.random(in: lower...60, using: &random)
        ranges.insert(range)
        numbers.formUnion(range)
      }
      #expect(ranges.ranges.flatMap(Array.init) == numbers.sorted())
      #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      #expect(ranges.missing(in: 0..<60).flatMap(Array.init) == Set(0..<60).subtracting(numbers).sorted())
      #expect(ranges.count == numbers.count)
    }
  }
}

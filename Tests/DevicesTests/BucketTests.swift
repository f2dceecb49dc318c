import Testing

@testable import Devices

@Suite struct `Buckets` {
  private func shapes(_ eager: [Double], _ lazy: [Double] = []) throws -> EncoderShapes {
    try EncoderShapes(eager: eager.map(Bucket.init(seconds:)), lazy: lazy.map(Bucket.init(seconds:)))
  }

  @Test(arguments: [
    (499, 500), (500, 500), (501, 1000), (1000, 1000), (1001, 2000), (1999, 2000), (2000, 2000), (1, 500),
  ])
  func `the smallest bucket that holds the frames is preferred`(frames: Int, bucket: Int) throws {
    #expect(try shapes([20, 5], [10]).holding(frames).first?.bucket?.frames == bucket)
  }

  @Test func `buckets are sorted, and the largest one is the limit`() throws {
    let shapes = try shapes([20, 5.5], [30, 10])
    #expect(shapes.eager.map { $0.bucket?.seconds } == [5.5, 20])
    #expect(shapes.lazy.map { $0.bucket?.seconds } == [10, 30])
    #expect(shapes.limit == 3000)
    #expect(shapes.holding(3001).isEmpty)
    #expect(shapes.holding(600).map { $0.bucket?.frames } == [1000, 2000, 3000])
  }

  @Test(arguments: [0, -5, 0.1, 61, .infinity, .nan] as [Double])
  func `a bucket outside of half a second to a minute is rejected`(seconds: Double) {
    #expect(throws: DeviceError.self) { try Bucket(seconds: seconds) }
  }

  @Test func `a bucket that is listed twice is rejected`() {
    #expect(throws: DeviceError.bucketListedTwice(Bucket(frames: 500))) { try shapes([5, 20], [5.001]) }
  }

  @Test func `buckets that are all lazy are rejected`() {
    #expect(throws: DeviceError.noEagerBucket) { try shapes([], [5]) }
  }

  @Test func `a dynamic shape holds any number of frames up to its limit`() {
    let shapes = EncoderShapes.dynamic(limit: 6000)
    #expect(shapes.holding(6000) == [.dynamic])
    #expect(shapes.holding(6001).isEmpty)
  }
}

@Suite struct `Pauses between retries` {
  @Test func `pauses between retries double up to ten minutes`() {
    let pauses = RetryPauses()
    #expect((1...4).map(pauses.pause(after:)) == [.seconds(5), .seconds(10), .seconds(20), .seconds(40)])
    #expect(pauses.pause(after: 1_000_000) == .seconds(600))
  }
}

@Suite struct `The values of an encoding` {
  @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func `a single NaN or infinity in an encoding is found`(number: Float) {
    var values = [Float](repeating: 1e30, count: 1000)
    #expect(Encoding(values: values, width: 10, count: 100).isFinite)
    values[777] = number
    #expect(!Encoding(values: values, width: 10, count: 100).isFinite)
  }
}

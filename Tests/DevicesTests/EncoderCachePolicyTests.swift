import Support
import Testing

@testable import Devices

private func bucket(_ seconds: Int) -> EncoderShape { .bucket(Bucket(frames: seconds * 100)) }

@Suite struct `The cache policy of loaded encoders` {
  @Test func `the least recently used encoder is evicted first`() {
    var policy = EncoderCachePolicy(limits: EncoderCacheLimits(count: 2), pinned: [])
    #expect(policy.add(bucket(5), bytes: 1) == [])
    #expect(policy.add(bucket(10), bytes: 1) == [])
    policy.take(bucket(5))
    #expect(policy.release(bucket(5)) == [])
    #expect(policy.makeRoom(for: bucket(20)) == [bucket(10)])
    #expect(policy.add(bucket(20), bytes: 1) == [])
    #expect(policy.loaded == [bucket(5), bucket(20)])
  }

  @Test func `a pinned encoder is never evicted`() {
    var policy = EncoderCachePolicy(limits: EncoderCacheLimits(count: 1), pinned: [bucket(5), bucket(20)])
    #expect(policy.add(bucket(5), bytes: 1) == [])
    #expect(policy.add(bucket(20), bytes: 1) == [])
    #expect(policy.isOver)
    #expect(policy.add(bucket(10), bytes: 1) == [])
    policy.take(bucket(10))
    #expect(policy.release(bucket(10)) == [bucket(10)])
  }

  @Test func `an encoder in use is evicted only after its release`() {
    var policy = EncoderCachePolicy(limits: EncoderCacheLimits(count: 1), pinned: [])
    _ = policy.add(bucket(5), bytes: 1)
    policy.take(bucket(5))
    #expect(policy.makeRoom(for: bucket(10)) == [])
    #expect(policy.add(bucket(10), bytes: 1) == [])
    #expect(policy.isOver)
    #expect(policy.release(bucket(5)) == [bucket(5)])
    #expect(!policy.isOver)
  }

  @Test func `the last encoder stays loaded, however small the budget`() {
    var policy = EncoderCachePolicy(limits: EncoderCacheLimits(bytes: 10), pinned: [])
    #expect(policy.add(bucket(5), bytes: 100) == [])
    policy.take(bucket(5))
    #expect(policy.release(bucket(5)) == [])
    // Only the next encoder replaces it.
    #expect(policy.makeRoom(for: bucket(10)) == [])
    #expect(policy.add(bucket(10), bytes: 100) == [bucket(5)])
  }

  @Test func `room is made for the size of an encoder at its previous load`() {
    var policy = EncoderCachePolicy(limits: EncoderCacheLimits(bytes: 100), pinned: [])
    _ = policy.add(bucket(5), bytes: 30)
    _ = policy.add(bucket(10), bytes: 60)
    // Unknown size: as large as the largest. Both would be evicted, but one stays.
    #expect(policy.makeRoom(for: bucket(20)) == [bucket(5)])
    #expect(policy.makeRoom(for: bucket(5)) == [], "30 is known, and fits beside 60")
    #expect(policy.bytes == 60)
  }

  /// The rules that hold for any order of calls.
  @Test func `thousands of random uses break no rule of the cache policy`() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      let shapes = (1...6).map(bucket)
      let pinned = Set(shapes.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
      let limits = EncoderCacheLimits(
        bytes: Bool.random(using: &random) ? Int64.random(in: 1...300, using: &random) : nil,
        count: Bool.random(using: &random) ? Int.random(in: 1...4, using: &random) : nil)
      var policy = EncoderCachePolicy(limits: limits, pinned: pinned)
      var users: [EncoderShape: Int] = [:]
      for _ in 0..<60 {
        let shape = shapes.randomElement(using: &random) ?? bucket(1)
        let before = policy.loaded
        var evicted: [EncoderShape] = []
        if users[shape, default: 0] > 0, Bool.random(using: &random) {
          users[shape, default: 0] -= 1
          evicted = policy.release(shape)
        } else {
          if !before.contains(shape) {
            evicted = policy.makeRoom(for: shape)
            evicted += policy.add(shape, bytes: Int64.random(in: 1...100, using: &random))
            #expect(policy.loaded.contains(shape))
          }
          policy.take(shape)
          users[shape, default: 0] += 1
        }
        #expect(pinned.isDisjoint(with: evicted))
        #expect(evicted.allSatisfy { users[$0, default: 0] == 0 })
        #expect(!policy.loaded.isEmpty)
        let movable = policy.loaded.filter {
          users[$0, default: 0] == 0 && !pinned.contains($0) && $0 != shape
        }
        #expect(!policy.isOver || movable.isEmpty || policy.loaded.count == 1)
      }
    }
  }
}

import CSndFile
import FoundationEssentials
import Glibc
import Support
import Testing

/// Files as libsndfile writes them: closed, or by a program that was killed before it could.
struct SoundFileWriter {
  /// As libsndfile numbers it.
  let format: Int
  var rate = 16_000
  var channels = 1

  /// The bytes of a file with these samples.
  ///
  /// - Parameter isClosed: Whether the program came to the end, and so the header tells the length.
  func bytes(of samples: [Float], isClosed: Bool = true) async throws -> [UInt8] {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "recording").path
      var info = SF_INFO()
      info.samplerate = Int32(rate)
      info.channels = Int32(channels)
      info.format = Int32(format)
      let file = try #require(sf_open(path, Int32(SFM_WRITE), &info), "\(String(cString: sf_strerror(nil)))")
      // At once it would be written with the right length.
      var start = 0
      while start < samples.count {
        let count = min(1_000, samples.count - start)
        #expect(
          sf_write_float(file, Array(samples[start..<start + count]), sf_count_t(count)) == sf_count_t(count))
        start += count
      }
      let unfinished = try Data(contentsOf: URL(filePath: path))
      sf_close(file)
      return Array(isClosed ? try Data(contentsOf: URL(filePath: path)) : unfinished)
    }
  }
}

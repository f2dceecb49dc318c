import CSndFile
import FoundationEssentials
import Glibc
import Support
import Testing

/// Files written by libsndfile: closed, or by a program that was killed before it closed them.
struct SoundFileWriter {
  /// libsndfile's number of the format.
  let format: Int
  var rate = 16_000
  var channels = 1

  /// Returns the bytes of a file with these samples.
  ///
  /// - Parameter isClosed: True if the file was closed, so that its header states the length.
  func bytes(of samples: [Float], isClosed: Bool = true) async throws -> [UInt8] {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "recording").path
      var info = SF_INFO()
      info.samplerate = Int32(rate)
      info.channels = Int32(channels)
      info.format = Int32(format)
      let file = try #require(sf_open(path, Int32(SFM_WRITE), &info), "\(String(cString: sf_strerror(nil)))")
      // A single write would give it the right length.
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

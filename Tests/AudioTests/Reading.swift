import FoundationEssentials
import Glibc
import Support
import Testing

@testable import Audio

/// Returns all samples of a recording.
func read(path: String) throws -> [Float] {
  var reader = try AudioReader(path: path)
  return try all(&reader)
}

/// Returns the remaining samples.
func all(_ reader: inout AudioReader) throws -> [Float] {
  var samples: [Float] = []
  while let piece = try reader.next() { samples += piece }
  return samples
}

/// Returns all samples of a file with these bytes.
func read(_ bytes: [UInt8]) async throws -> [Float] {
  try await withTemporaryDirectory { directory in
    let file = directory.appending(path: "recording.wav")
    try Data(bytes).write(to: file)
    return try read(path: file.path)
  }
}

/// Linux's `F_SETPIPE_SZ`, which Glibc's module does not declare.
private let setPipeSize: Int32 = 1031

/// Returns all samples of bytes read from a pipe, which cannot seek.
func readThroughPipe(_ bytes: [UInt8]) throws -> [Float] {
  var ends: [Int32] = [0, 0]
  try #require(pipe(&ends) == 0)
  defer { close(ends[0]) }
  // All bytes fit, so no other thread has to write.
  let room = fcntl(ends[1], setPipeSize, 1 << 20)
  try #require(room >= bytes.count)
  try #require(Glibc.write(ends[1], bytes, bytes.count) == bytes.count)
  close(ends[1])
  return try read(path: "/dev/fd/\(ends[0])")
}

internal import FoundationEssentials
internal import Glibc

/// The directory where OpenVINO keeps compiled networks.
enum CompiledModelCache {
  /// Makes the directory and tries that it can be written to, so that a wrong one is reported at start and not
  /// ignored.
  static func prepare(_ directory: String) throws(RecognitionError) {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw .cache(directory: directory, why: Disk.reason(error))
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw .cache(directory: directory, why: String(cString: strerror(errno)))
    }
  }
}

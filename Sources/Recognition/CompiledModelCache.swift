internal import Glibc
internal import ModelStore

/// The directory where OpenVINO keeps compiled networks.
enum CompiledModelCache {
  /// Makes the directory and tries that it can be written to, so that a wrong one is reported at start and not
  /// ignored.
  static func prepare(_ directory: String) throws(RecognitionError) {
    do throws(FileFailure) {
      try Disk.makeDirectory(directory)
    } catch {
      throw .cache(directory: directory, why: error.why)
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw .cache(directory: directory, why: String(cString: strerror(errno)))
    }
  }
}

internal import SystemPaths

/// The folders of libraries besides the system's.
enum LibraryFolders {
  /// The folders of `LD_LIBRARY_PATH`, and the one that OpenVINO was loaded from.
  static var all: [String] {
    let path = SystemProcess.environment["LD_LIBRARY_PATH"] ?? ""
    return path.split(separator: ":").map(String.init) + [ofOpenVINO].compactMap(\.self)
  }

  private static var ofOpenVINO: String? {
    guard let maps = try? Files.contents(of: "/proc/self/maps") else { return nil }
    for line in String(systemBytes: maps).split(separator: "\n") {
      // The sixth field, which can contain blanks: "/usr/lib/lorikeet/libopenvino.so.2641".
      guard let start = line.firstIndex(of: "/"), let end = line.firstRange(of: "/libopenvino.so") else {
        continue
      }
      return String(line[start..<end.lowerBound])
    }
    return nil
  }
}

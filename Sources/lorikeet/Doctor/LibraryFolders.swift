internal import SystemPaths

/// Where libraries lie besides the system's folders.
enum LibraryFolders {
  /// Those of `LD_LIBRARY_PATH`, and the one that OpenVINO was loaded from.
  static var all: [String] {
    let path = SystemProcess.environment["LD_LIBRARY_PATH"] ?? ""
    return path.split(separator: ":").map(String.init) + [ofOpenVINO].compactMap(\.self)
  }

  private static var ofOpenVINO: String? {
    guard let maps = try? Files.contents(of: "/proc/self/maps") else { return nil }
    for line in String(systemBytes: maps).split(separator: "\n") {
      // The sixth field, which may hold blanks: "/usr/lib/lorikeet/libopenvino.so.2641".
      guard let start = line.firstIndex(of: "/"), let end = line.firstRange(of: "/libopenvino.so") else {
        continue
      }
      return String(line[start..<end.lowerBound])
    }
    return nil
  }
}

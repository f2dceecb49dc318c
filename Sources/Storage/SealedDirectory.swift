internal import Glibc
public import SystemPaths

/// A description of a directory's content, with the hashes of its files.
public protocol SealedManifest: Codable, Sendable, Equatable {
  /// The name of the manifest's own file, in JSON.
  static var fileName: String { get }
  /// All other files of the directory.
  var files: [FileRecord] { get }
}

/// A directory with a manifest of its files, by which damage to them is found.
///
/// It is made as a ``TemporaryDirectory`` and gets its name when it is complete and on the disk. The manifest is
/// written last and removed first: a directory that was half made or half removed has none, and does not count.
public struct SealedDirectory<Manifest: SealedManifest>: Sendable, Equatable {
  /// The directory's path.
  public let path: String
  /// The content of the manifest's file.
  public let manifest: Manifest

  /// Reads the manifest of a directory in whatever state; its files are not looked at.
  ///
  /// - Returns: `nil` if there is no manifest, or if it cannot be read.
  public init?(at path: String) {
    guard let manifest = Files.decode(Manifest.self, from: Self.manifestPath(in: path)) else { return nil }
    self.path = path
    self.manifest = manifest
  }

  /// Hashes the files of a directory, and writes the manifest when they are on the disk.
  ///
  /// - Parameter makeManifest: Makes the manifest of these files, in the order of their names.
  public init(
    sealing path: String, _ makeManifest: ([FileRecord]) -> Manifest
  ) throws(FileError) {
    var files: [FileRecord] = []
    for name in try Files.names(in: path) where name != Manifest.fileName {
      files.append(try FileRecord(hashing: name, in: path))
      try Files.synchronize("\(path)/\(name)")
    }
    self.path = path
    manifest = makeManifest(files)
    try Files.replace(Self.manifestPath(in: path), withJSON: manifest)
  }

  private init(path: String, manifest: Manifest) {
    self.path = path
    self.manifest = manifest
  }

  /// The sealed directories in a directory, in the order of their names and in whatever state.
  public static func all(in directory: String) -> [SealedDirectory] {
    let names = (try? Files.names(in: directory)) ?? []
    return names.filter { !$0.hasPrefix(".") }.compactMap { SealedDirectory(at: "\(directory)/\($0)") }
  }

  /// The bytes that the files took when they were sealed.
  public var size: Int64 { manifest.files.reduce(0) { $0 + $1.size } }

  /// True if there are files, and all of them have the recorded sizes and times. None is read.
  public var looksUnchanged: Bool {
    !manifest.files.isEmpty && manifest.files.allSatisfy { $0.looksUnchanged(in: path) }
  }

  /// Returns true if there are files, and all of them have the recorded content.
  ///
  /// - Parameter readingAll: Whether files are read although they look unchanged.
  public func isIntact(readingAll: Bool = false) -> Bool {
    !manifest.files.isEmpty && manifest.files.allSatisfy { $0.isIntact(in: path, readingAll: readingAll) }
  }

  /// Moves the directory to its final place, beside it, and removes what is there.
  public func moved(to place: String) throws(FileError) -> SealedDirectory {
    while true {
      let old = TemporaryPath.make(in: Files.parent(of: path))
      guard Files.rename(place, old) == 0 || errno == ENOENT else { throw FileError(place) }
      defer { try? Files.remove(old) }
      do throws(FileError) {
        try Files.move(path, to: place)
        return SealedDirectory(path: place, manifest: manifest)
      } catch  where error.code == ENOTEMPTY || error.code == EEXIST {
        // Another process has put its own there in between.
        continue
      }
    }
  }

  /// Removes the directory, the manifest first.
  public func remove() throws(FileError) {
    try Files.removeFile(Self.manifestPath(in: path))
    try Files.remove(path)
  }

  private static func manifestPath(in path: String) -> String { "\(path)/\(Manifest.fileName)" }
}

/// A directory in the making, beside its final place. It is removed with this value unless it was sealed.
public struct TemporaryDirectory: ~Copyable {
  /// The directory's path, which is a temporary one.
  public let path: String

  /// Creates a temporary directory in another, which is created too if it is missing.
  public init(in directory: String) throws(FileError) {
    let path = TemporaryPath.make(in: directory)
    try Files.makeDirectories(path)
    self.path = path
  }

  deinit {
    try? Files.remove(path)
  }

  /// Seals the directory and moves it to its final place, where it replaces what is there.
  ///
  /// - Parameters:
  ///   - place: A path in the same directory as this one.
  ///   - makeManifest: Makes the manifest of these files, in the order of their names.
  public func seal<Manifest: SealedManifest>(
    at place: String, _ makeManifest: ([FileRecord]) -> Manifest
  ) throws(FileError) -> SealedDirectory<Manifest> {
    try SealedDirectory(sealing: path, makeManifest).moved(to: place)
  }
}

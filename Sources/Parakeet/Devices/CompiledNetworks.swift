internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Inference
internal import ModelStore
internal import SystemPaths

/// The directory where OpenVINO's compiled networks are kept from start to start, a folder each.
///
/// A compiled network holds only for the same OpenVINO, driver, device, model and properties: all of them are the
/// folder's key. OpenVINO writes into a temporary folder, which is sealed with a list of its files and renamed; a
/// folder without that list, or with other files than it says, is removed and the network compiled anew.
struct CompiledNetworks: Sendable {
  let directory: String
  /// What the networks are made of: a hash.
  let source: String
  let model: ModelDirectory
  /// Is told why a network is not kept: there is no room, or no right to write. It is used all the same.
  private let notKept: @Sendable (FileFailure) -> Void

  /// - Throws: If the directory can be none, so that a wrong one is reported at start and not ignored.
  init(
    directory: String, source: String, of model: ModelDirectory,
    notKept: @escaping @Sendable (FileFailure) -> Void
  ) throws(ParakeetError) {
    self.directory = directory
    self.source = source
    self.model = model
    self.notKept = notKept
    do throws(FileFailure) {
      try Disk.makeDirectory(directory)
    } catch {
      // Anything else is told by what is to be kept there.
      if error.isWrongPlace { throw .cache(directory: directory, why: error.why) }
    }
  }

  /// Takes a network from its folder, or compiles it and keeps it.
  ///
  /// - Parameters:
  ///   - name: What the network is: "encoder 500".
  ///   - device: OpenVINO's name of it, and all that tells it and its driver from others.
  func compile(
    _ graph: borrowing Graph, name: String, for device: (name: String, identity: String),
    properties: [String: String], _ runtime: borrowing Runtime
  ) throws(InferenceError) -> CompiledGraph {
    let key = Key(
      model: model.name, source: source, network: name, device: device.identity, openVINO: Runtime.version,
      properties: properties)
    let place = "\(directory)/\(key.folder(device: device.name))"
    let canExport = (try? runtime.property("OPTIMIZATION_CAPABILITIES", of: device.name))?.contains(
      "EXPORT_IMPORT")
    func compile(in cache: String?) throws(InferenceError) -> CompiledGraph {
      var properties = properties
      properties["CACHE_DIR"] = cache
      return try runtime.compile(graph, name: name, for: device.name, properties: properties)
    }
    if Manifest(at: place)?.isIntact(in: place) == true {
      if let compiled = try? compile(in: place) {
        if !compiled.isFromCache { keep(key, writtenTo: place, at: place, isExported: canExport) }
        return compiled
      }
    }
    remove(place)
    removeOutdated(like: key)
    let temporary = Disk.temporaryPath(in: directory)
    defer { remove(temporary) }
    do throws(FileFailure) {
      try Disk.makeDirectory(temporary)
    } catch {
      reportNotKept(error)
      return try compile(in: nil)
    }
    // Should only the cache be at fault, the network is there all the same.
    guard let compiled = try? compile(in: temporary) else {
      let compiled = try compile(in: nil)
      do throws(FileFailure) {
        try Disk.checkWriting(in: temporary)
        reportNotKept(nothingWritten)
      } catch {
        reportNotKept(error)
      }
      return compiled
    }
    keep(key, writtenTo: temporary, at: place, isExported: canExport)
    return compiled
  }

  /// Seals what OpenVINO has written. What is not whole is removed: it would be found, and be of no use, at each start.
  ///
  /// - Parameter isExported: Whether the device can write networks at all; `nil` if that is not known.
  private func keep(_ key: Key, writtenTo folder: String, at place: String, isExported: Bool?) {
    do {
      // OpenVINO does not say that it could not write all of it. It may have removed what it had written.
      try Disk.checkWriting(in: folder)
      let manifest = try Manifest(key, filesIn: folder)
      guard !manifest.files.isEmpty else {
        remove(folder)
        if isExported != false { reportNotKept(nothingWritten) }
        return
      }
      try manifest.write(to: folder)
      if folder != place { try Disk.move(folder, to: place) }
    } catch {
      remove(folder)
      reportNotKept(error)
    }
  }

  private var nothingWritten: FileFailure {
    // A compiled network takes no more than the model's graphs, give or take.
    let needed = model.graphBytes + model.graphBytes / 8
    guard let free = Disk.freeBytes(directory), free < needed else {
      return FileFailure(path: directory, why: "OpenVINO could write nothing there")
    }
    return FileFailure(
      path: directory, why: "there is too little room, \(free / 1_000_000) MB", code: ENOSPC)
  }

  private func reportNotKept(_ error: any Error) {
    switch error {
    case let failure as FileFailure:
      notKept(FileFailure(path: directory, why: failure.why, code: failure.code))
    case let failure as SystemFailure: notKept(FileFailure(directory, failure.code))
    default: notKept(FileFailure(path: directory, why: "\(error)"))
    }
  }

  /// Removes networks that this one takes the place of: those of other versions of the same model, device or
  /// OpenVINO, and what interrupted processes have left.
  private func removeOutdated(like key: Key) {
    let names = (try? Files.names(in: directory)) ?? []
    for name in names {
      let path = "\(directory)/\(name)"
      if let process = name.split(separator: "-").dropFirst().first.flatMap({ pid_t($0) }),
        name.hasPrefix(Disk.temporaryPrefix), kill(process, 0) != 0, errno == ESRCH
      {
        remove(path)
      } else if let manifest = Manifest(at: path), manifest.key.isOutdated(by: key) {
        remove(path)
      }
    }
  }

  private func remove(_ path: String) {
    try? Files.remove(path)
  }

  /// All that a compiled network depends on.
  fileprivate struct Key: Codable {
    var model: String
    var source: String
    var network: String
    var device: String
    var openVINO: String
    var properties: [String: String]

    func folder(device: String) -> String {
      let text =
        ([model, source, network, self.device, openVINO]
        + properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
      let hash = SHA256.hash(data: Data(text.utf8)).prefix(8).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      let plain = "\(model)-\(device)-\(network)".map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }
      return "\(String(plain).drop { $0 == "." })-\(hash.joined())"
    }

    func isOutdated(by new: Key) -> Bool {
      model == new.model && network == new.network
        && (openVINO != new.openVINO || (device == new.device && source != new.source))
    }
  }

  /// The files of a folder, and what they were made of.
  fileprivate struct Manifest: Codable {
    var key: Key
    var files: [FileRecord]

    private static let file = "compiled.json"

    init(_ key: Key, filesIn directory: String) throws {
      self.key = key
      let names = try Files.names(in: directory)
      files = []
      for name in names where name != Self.file {
        files.append(try FileRecord(hashing: name, in: directory))
      }
    }

    init?(at directory: String) {
      guard let json = try? Data(Files.contents(of: "\(directory)/\(Self.file)")),
        let manifest = try? JSONDecoder().decode(Manifest.self, from: json)
      else { return nil }
      self = manifest
    }

    func write(to directory: String) throws {
      try Files.replace("\(directory)/\(Self.file)", with: JSONEncoder().encode(self))
    }

    func isIntact(in directory: String) -> Bool {
      !files.isEmpty && files.allSatisfy { $0.isIntact(in: directory) }
    }
  }
}

/// A compiled network that is kept for the next start.
public struct CompiledNetwork: Sendable {
  public let path: String
  public let model: String
  /// "encoder 500": the network, and the frames of its static shape.
  public let network: String
  /// The device's full name and driver.
  public let device: String
  public let bytes: Int64
  /// Whether this build of OpenVINO made it, and its files look as they did.
  public let isUsable: Bool

  /// Those below a directory, in the order of their names.
  public static func all(in directory: String) -> [CompiledNetwork] {
    let names = (try? Files.names(in: directory)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
      let path = "\(directory)/\(name)"
      guard let manifest = CompiledNetworks.Manifest(at: path) else { return nil }
      return CompiledNetwork(
        path: path, model: manifest.key.model, network: manifest.key.network, device: manifest.key.device,
        bytes: manifest.files.reduce(0) { $0 + $1.size },
        isUsable: manifest.key.openVINO == Runtime.version && !manifest.files.isEmpty
          && manifest.files.allSatisfy { $0.looksUnchanged(in: path) })
    }
  }
}

extension CompiledGraph {
  /// Whether OpenVINO read it from its cache.
  var isFromCache: Bool {
    let answer = (try? property("LOADED_FROM_CACHE")) ?? ""
    return ["YES", "true", "1"].contains(answer)
  }
}

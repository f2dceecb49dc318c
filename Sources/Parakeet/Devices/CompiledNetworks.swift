internal import Glibc
internal import Inference
internal import ModelStore
internal import Storage
internal import SystemPaths

/// The cache of OpenVINO's compiled networks, a directory with one folder for each network.
///
/// A compiled network is valid only for the same OpenVINO, driver, device, model and properties, which form the key of
/// its folder. OpenVINO writes into a temporary folder, which is then sealed; a damaged folder is removed, and its
/// network compiled again.
struct CompiledNetworks: Sendable {
  fileprivate typealias Folder = SealedDirectory<Manifest>

  let directory: String
  /// The hash of the files that the networks are made from.
  let source: String
  let model: ModelDirectory
  /// Called with the reason why a network is not kept: too little space, or no permission to write. The network is used
  /// nevertheless.
  private let notKept: @Sendable (FileError) -> Void

  /// Creates the directory.
  ///
  /// - Throws: If the path cannot be a directory, so that a wrong path is reported at start and not ignored.
  init(
    directory: String, source: String, of model: ModelDirectory,
    notKept: @escaping @Sendable (FileError) -> Void
  ) throws(ParakeetError) {
    self.directory = directory
    self.source = source
    self.model = model
    self.notKept = notKept
    do throws(FileError) {
      try Files.makeDirectories(directory)
    } catch {
      // Anything else is reported when a network cannot be kept there.
      if error.isWrongPlace { throw .cache(directory: directory, why: error.message) }
    }
  }

  /// Loads a network from its folder, or compiles it and keeps it.
  ///
  /// - Parameters:
  ///   - name: The network's name: "encoder 500".
  ///   - device: OpenVINO's name of the device, and everything that distinguishes it from others.
  func compile(
    _ graph: borrowing Graph, name: String, for device: (name: String, identity: DeviceIdentity),
    properties: [String: String], _ runtime: borrowing Runtime
  ) throws(InferenceError) -> CompiledGraph {
    let key = Key(
      model: model.name, source: source, network: name, device: device.identity.device,
      driver: device.identity.driver, openVINO: Runtime.version, properties: properties)
    let place = "\(directory)/\(key.folder(device: device.name))"
    let canExport = (try? runtime.property("OPTIMIZATION_CAPABILITIES", of: device.name))?.contains(
      "EXPORT_IMPORT")
    func compile(in cache: String?) throws(InferenceError) -> CompiledGraph {
      var properties = properties
      properties["CACHE_DIR"] = cache
      return try runtime.compile(graph, name: name, for: device.name, properties: properties)
    }
    if Folder(at: place)?.isIntact() == true {
      do throws(InferenceError) {
        let compiled = try compile(in: place)
        if !compiled.isFromCache { keep(key, writtenTo: place, at: place, isExported: canExport) }
        return compiled
      } catch {
        guard faultOfCache(place) != nil else { throw error }
      }
    }
    remove(place)
    removeOutdated(like: key)
    guard let temporary = temporaryDirectory() else { return try compile(in: nil) }
    do throws(InferenceError) {
      let compiled = try compile(in: temporary.path)
      keep(key, writtenTo: temporary.path, at: place, isExported: canExport)
      return compiled
    } catch {
      // A compilation can take a minute and gigabytes: it is repeated only if the cache can be at fault.
      guard let fault = faultOfCache(temporary.path) else { throw error }
      let compiled = try compile(in: nil)
      reportNotKept(fault)
      return compiled
    }
  }

  /// Returns the reason why OpenVINO could not write to a folder; `nil` if it could.
  private func faultOfCache(_ folder: String) -> FileError? {
    do throws(FileError) {
      try Files.checkWriting(in: folder)
      return tooLittleSpace
    } catch {
      return error
    }
  }

  private func temporaryDirectory() -> TemporaryDirectory? {
    do throws(FileError) {
      return try TemporaryDirectory(in: directory)
    } catch {
      reportNotKept(error)
      return nil
    }
  }

  /// Seals a folder that OpenVINO has written. An incomplete one is removed: each start would find it and could not use
  /// it.
  ///
  /// - Parameter isExported: True if the device can export networks; `nil` if that is not known.
  private func keep(_ key: Key, writtenTo folder: String, at place: String, isExported: Bool?) {
    do throws(FileError) {
      // OpenVINO does not report an incomplete write. It may have removed what it had written.
      try Files.checkWriting(in: folder)
      guard try Files.names(in: folder).contains(where: { $0 != Manifest.fileName }) else {
        remove(folder)
        if isExported != false { reportNotKept(nothingWritten) }
        return
      }
      let sealed = try Folder(sealing: folder) { Manifest(key: key, files: $0) }
      if folder != place { _ = try sealed.moved(to: place) }
    } catch {
      remove(folder)
      reportNotKept(error)
    }
  }

  private var nothingWritten: FileError {
    tooLittleSpace ?? FileError(directory, "OpenVINO could not write there")
  }

  private var tooLittleSpace: FileError? {
    // A compiled network takes about as much space as the model's graphs.
    let needed = model.graphBytes + model.graphBytes / 8
    guard let free = Files.freeBytes(in: directory), free < needed else { return nil }
    return FileError(directory, "there is too little space, \(free / 1_000_000) MB free", code: ENOSPC)
  }

  private func reportNotKept(_ error: FileError) {
    notKept(FileError(directory, error.message, code: error.code))
  }

  /// Removes the networks that this one replaces, of other versions of the same model, driver or OpenVINO, and the
  /// leftovers of interrupted processes.
  private func removeOutdated(like key: Key) {
    TemporaryPath.removeAbandoned(in: directory)
    for folder in Folder.all(in: directory) where folder.manifest.key.isOutdated(by: key) {
      try? folder.remove()
    }
  }

  private func remove(_ path: String) {
    try? Files.remove(path)
  }

  /// Everything that a compiled network depends on.
  fileprivate struct Key: Codable, Sendable, Equatable {
    var model: String
    var source: String
    var network: String
    var device: String
    /// `nil` in folders of earlier versions, whose device includes the driver.
    var driver: String?
    var openVINO: String
    var properties: [String: String]

    func folder(device: String) -> String {
      let text =
        ([model, source, network, self.device, driver ?? "", openVINO]
        + properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
      let plain = "\(model)-\(device)-\(network)".map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }
      return "\(String(plain).drop { $0 == "." })-\(FileHash.sha256(of: text).prefix(16))"
    }

    func isOutdated(by new: Key) -> Bool {
      model == new.model && network == new.network
        && (openVINO != new.openVINO || driver == nil
          || (device == new.device && (source != new.source || driver != new.driver)))
    }
  }

  /// The files of a folder, and the key that they were made for.
  fileprivate struct Manifest: SealedManifest {
    static let fileName = "compiled.json"

    var key: Key
    var files: [FileRecord]
  }
}

/// Everything that distinguishes a device from others for which a network was compiled.
struct DeviceIdentity: Sendable {
  /// The device's name and architecture.
  let device: String
  /// The version of its driver; empty if the driver has none.
  let driver: String
}

/// A compiled network that is kept for the next start.
public struct CompiledNetwork: Sendable {
  /// The path of its folder.
  public let path: String
  /// The name of the model.
  public let model: String
  /// The network, and the frames of its static shape: "encoder 500".
  public let network: String
  /// The device's full name and driver.
  public let device: String
  /// The size of its files, in bytes.
  public let bytes: Int64
  /// True if this build of OpenVINO made it, and its files look unchanged.
  public let isUsable: Bool

  /// Returns the compiled networks in a directory, in the order of their names.
  public static func all(in directory: String) -> [CompiledNetwork] {
    CompiledNetworks.Folder.all(in: directory).map { folder in
      let key = folder.manifest.key
      return CompiledNetwork(
        path: folder.path, model: key.model, network: key.network,
        device: [key.device, key.driver ?? ""].filter { !$0.isEmpty }.joined(separator: ", "),
        bytes: folder.size,
        isUsable: key.openVINO == Runtime.version && folder.looksUnchanged)
    }
  }
}

extension CompiledGraph {
  /// True if OpenVINO read it from its cache.
  var isFromCache: Bool {
    let value = (try? property("LOADED_FROM_CACHE")) ?? ""
    return ["YES", "true", "1"].contains(value)
  }
}

internal import NIOCore
internal import NIOSSL
internal import Synchronization
internal import SystemPaths

/// The certificate chain and the key of a server, in files in PEM that can be replaced while it runs.
public final class ServerCertificate: Sendable {
  private let certificate, key: String
  private let current: Mutex<NIOSSLContext>

  /// Reads the files. Blocks.
  public init(certificate: String, key: String) throws(ProtectionError) {
    self.certificate = certificate
    self.key = key
    current = Mutex(try Self.context(certificate, key))
  }

  /// Reads the files again, for new connections. Blocks. If they cannot be used, those that were read before stay.
  public func reload() throws(ProtectionError) {
    let context = try Self.context(certificate, key)
    current.withLock { $0 = context }
  }

  /// The context of a new connection.
  var context: NIOSSLContext { current.withLock { $0 } }

  private static func context(_ certificate: String, _ key: String) throws(ProtectionError) -> NIOSSLContext {
    let chain: [NIOSSLCertificate] = try reading(certificate, "certificate") {
      try NIOSSLCertificate.fromPEMBytes($0)
    }
    guard !chain.isEmpty else { throw ProtectionError(certificate, "it has no certificate in PEM") }
    let privateKey: NIOSSLPrivateKey = try reading(key, "private key") {
      try NIOSSLPrivateKey(bytes: $0, format: .pem)
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    // A browser that keeps an idle connection does not answer its end.
    configuration.shutdownTimeout = .seconds(1)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw ProtectionError(key, "the key does not belong to the certificate in \(certificate.readable)")
    }
  }

  private static func reading<Value>(
    _ path: String, _ what: String, _ parse: ([UInt8]) throws -> Value
  ) throws(ProtectionError) -> Value {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try Files.contents(of: path, atMost: 1 << 20)
    } catch {
      throw ProtectionError(path, error.message)
    }
    do {
      return try parse(bytes)
    } catch {
      throw ProtectionError(path, "it has no \(what) in PEM")
    }
  }
}

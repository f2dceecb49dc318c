import Glibc
import NIOCore
import SocketFaults
import Testing

@Suite struct `What went wrong with a socket` {
  @Test(
    arguments: [
      (IOError(errnoCode: EADDRINUSE, reason: "bind(descriptor:ptr:bytes:)"), "Address already in use"),
      (IOError(errnoCode: EACCES, reason: "bind"), "Permission denied"),
      (IOError(errnoCode: EADDRNOTAVAIL, reason: "bind"), "Cannot assign requested address"),
      (IOError(errnoCode: ECONNREFUSED, reason: "connect"), "Connection refused"),
      (IOError(errnoCode: ECONNRESET, reason: "read"), "Connection reset by peer"),
      (IOError(errnoCode: ETIMEDOUT, reason: "connect"), "Connection timed out"),
      (IOError(errnoCode: ENETUNREACH, reason: "connect"), "Network is unreachable"),
      (IOError(errnoCode: EHOSTUNREACH, reason: "connect"), "No route to host"),
      (ChannelError.connectTimeout(.seconds(5)), "no answer in time"),
      (ChannelError.ioOnClosedChannel, "the other side has closed the connection"),
      (ChannelError.writeHostUnreachable, "No route to host"),
      (ChannelError.unknownLocalAddress, "Cannot assign requested address"),
      (ChannelError.operationUnsupported, "Operation not supported"),
      (NIOAsyncWriterError.alreadyFinished(), "the other side has closed the connection"),
      (
        SocketAddressError.unixDomainSocketPathTooLong,
        "a socket's path can have at most 107 bytes, and this one has more"
      ),
    ] as [(any Error, String)])
  func `is said in plain words`(error: any Error, words: String) {
    #expect(SocketFault(error).description == words)
  }

  @Test(
    arguments: [
      (ChannelError.eof, true), (IOError(errnoCode: EPIPE, reason: "write"), true),
      (IOError(errnoCode: ECONNRESET, reason: "read"), true),
      (IOError(errnoCode: ECONNREFUSED, reason: "connect"), false),
      (ChannelError.connectTimeout(.seconds(1)), false), (CancellationError(), false),
    ] as [(any Error, Bool)])
  func `may be the other side`(error: any Error, isBroken: Bool) {
    #expect(SocketFault(error).isBrokenConnection == isBroken)
  }
}

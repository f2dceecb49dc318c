internal import NIOPosix

/// Does work that blocks on a thread for such work.
func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await NIOThreadPool.singleton.runIfActive(work)
}

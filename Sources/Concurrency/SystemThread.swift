internal import Glibc

/// A detached system thread.
package enum SystemThread {
  /// Starts a thread that runs `body` and ends with it.
  ///
  /// - Parameter name: The name in debuggers and process lists; the system keeps 15 characters.
  package static func start(named name: String, _ body: @escaping @Sendable () -> Void) {
    let context = Unmanaged.passRetained(
      Body {
        nameThread(name)
        body()
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    precondition(status == 0, "the system cannot start another thread: \(String(cString: strerror(status)))")
    pthread_detach(thread)
  }

  private static func nameThread(_ name: String) {
    guard let file = fopen("/proc/thread-self/comm", "w") else { return }
    fputs(name, file)
    fclose(file)
  }
}

/// The closure that a new thread runs, as an object that its C entry point can take.
private final class Body: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

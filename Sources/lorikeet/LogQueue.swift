internal import Glibc

/// A queue of lines that a thread of its own writes to a descriptor in order, so that logging never blocks, even on a
/// pipe that has no reader. Lines that do not fit into the queue or cannot be written are dropped and counted; the
/// count is written in their place as soon as writing works again.
///
/// SAFETY: the state is behind the mutex. It is a mutex of POSIX with a condition, because Synchronization's `Mutex`
/// has no condition to wait on.
final class LogQueue: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private let descriptor: Int32
  private let dropped: @Sendable (Int) -> String
  private var backlog: LogBacklog
  private var isWriting = false

  /// - Parameters:
  ///   - capacity: The maximum number of bytes that wait.
  ///   - dropped: Returns the line that replaces the given number of dropped lines.
  init(descriptor: Int32, capacity: Int = 1 << 20, dropped: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    self.dropped = dropped
    backlog = LogBacklog(capacity: capacity)
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    // The queue and its thread live as long as the process.
    let context = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<LogQueue>.fromOpaque(context).takeRetainedValue().work() }
        return nil
      }, context)
    precondition(status == 0, "the system has no thread left: \(String(cString: strerror(status)))")
    pthread_detach(thread)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Adds a line to the end, and returns immediately.
  func add(_ line: String) {
    locked {
      backlog.add(Array(line.utf8))
      pthread_cond_broadcast(changed)
    }
  }

  /// Waits until all lines are written, or for the given number of seconds, before the process ends.
  func finish(within seconds: Int) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_sec += seconds
    locked {
      while isWriting || !backlog.isEmpty {
        if pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT { return }
      }
    }
  }

  private func work() -> Never {
    var output = LogDescriptor(descriptor, dropped: dropped)
    while true {
      let next = locked {
        isWriting = false
        pthread_cond_broadcast(changed)
        while backlog.isEmpty { pthread_cond_wait(changed, mutex) }
        isWriting = true
        return backlog.next()
      }
      output.write(next)
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// The writer to the descriptor. Lines that cannot be written are counted, and reported when writing works again.
private struct LogDescriptor {
  private let descriptor: Int32
  private let dropped: @Sendable (Int) -> String
  private var lost = 0
  private var isInLine = false

  init(_ descriptor: Int32, dropped: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    self.dropped = dropped
  }

  mutating func write(_ next: LogBacklog.Next) {
    lost += next.dropped
    var bytes: [UInt8] = isInLine ? [0x0A] : []
    if lost > 0 { bytes += dropped(lost).utf8 }
    bytes += next.line
    do throws(DescriptorError) {
      try lorikeet.write(bytes, to: descriptor)
      (lost, isInLine) = (0, false)
    } catch {
      if !next.line.isEmpty { lost += 1 }
      // A full disk can have taken a part of a line.
      if error.written > 0 { isInLine = bytes[error.written - 1] != 0x0A }
    }
  }
}

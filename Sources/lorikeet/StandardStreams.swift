internal import Glibc

/// Standard input, output and error.
enum StandardStreams {
  /// Opens the streams that are closed. Otherwise the next file or connection would get the number of one, and receive
  /// its messages.
  static func reserve() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // Opened in the wrong direction, so that its use is still an error. The lowest free number is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
